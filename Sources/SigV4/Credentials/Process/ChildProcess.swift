import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A program that is run to its end, and killed where it takes too long.
final class ChildProcess: Sendable {
  /// How a program ended.
  struct Result: Sendable {
    /// The exit code, or 128 and the signal's number.
    let status: Int32
    /// What it wrote to standard output.
    let output: [UInt8]
  }

  /// Why a program didn't come to its end.
  enum Failure: Error {
    case notStarted(String)
    case timedOut
    case tooMuchOutput
    case cancelled
  }

  private enum State {
    /// The program runs, or has ended and its number isn't free yet.
    case running
    /// It has been killed, for this reason.
    case killed(Failure)
    /// Its number may belong to another process by now.
    case reaped
  }

  private let identifier: pid_t
  private let output: Int32
  private let state = Mutex(State.running)

  /// Runs a program, which gets no input and whose standard error is dropped.
  ///
  /// - Parameters:
  ///   - words: The program, looked for in `PATH` unless there is a slash in it, and its arguments.
  ///   - environment: The program's environment.
  ///   - timeLimit: When it is killed, with all that it has started.
  ///   - outputLimit: How many bytes it may write.
  /// - Returns: How it ended.
  /// - Throws: ``Failure``.
  static func run(
    _ words: [String], environment: [String: String], timeLimit: Duration, outputLimit: Int
  ) async throws(Failure) -> Result {
    let process = try ChildProcess(words, environment)
    let watchdog = DispatchWorkItem { process.kill(.timedOut) }
    let (seconds, attoseconds) = timeLimit.components
    let limit = min(Double(seconds) + Double(attoseconds) / 1e18, 86_400)
    DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: watchdog)
    let result = await withTaskCancellationHandler {
      // Reading blocks, and so it has a thread that isn't one of Swift's few.
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: process.finish(outputLimit)) }
      }
    } onCancel: {
      process.kill(.cancelled)
    }
    watchdog.cancel()
    return try result.get()
  }

  private init(_ words: [String], _ environment: [String: String]) throws(Failure) {
    var ends: (Int32, Int32) = (-1, -1)
    let hasPipe = unsafe withUnsafeMutableBytes(of: &ends) { unsafe pipe($0.bindMemory(to: Int32.self).baseAddress) }
    guard hasPipe == 0 else { throw .notStarted("the system has no pipe to give") }
    for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends.1) }
    let spawned = Self.spawn(words, environment, output: ends.1)
    guard case .success(let identifier) = spawned else {
      close(ends.0)
      _ = try spawned.get()
      throw .notStarted("the system doesn't say why")
    }
    self.identifier = identifier
    output = ends.0
  }

  deinit { close(output) }

  private static func spawn(
    _ words: [String], _ environment: [String: String], output: Int32
  ) -> Swift.Result<pid_t, Failure> {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // A group of its own, so that what the program starts is killed with it.
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    var identifier: pid_t = 0
    let variables = environment.map { "\($0.key)=\($0.value)" }.filter { !$0.contains("\0") }
    let status = unsafe withCStrings(words) { words in
      unsafe withCStrings(variables) { variables in
        // The first word, which is never missing, names the program.
        unsafe words[0].map { unsafe posix_spawnp(&identifier, $0, &actions, &attributes, words, variables) } ?? EINVAL
      }
    }
    return status == 0 ? .success(identifier) : .failure(.notStarted(unsafe String(cString: strerror(status))))
  }

  /// Reads all output, and waits for the end.
  private func finish(_ outputLimit: Int) -> Swift.Result<Result, Failure> {
    let bytes = ProviderFiles.readToEnd(output, limit: outputLimit)
    if bytes == nil { kill(.tooMuchOutput) }
    // Waits without freeing the number, so that nobody kills a stranger meanwhile.
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    return state.withLock { state in
      var status: Int32 = 0
      while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
      defer { state = .reaped }
      if case .killed(let failure) = state { return .failure(failure) }
      let signal = status & 0x7F
      return .success(Result(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: bytes ?? []))
    }
  }

  private func kill(_ reason: Failure) {
    state.withLock { state in
      guard case .running = state else { return }
      state = .killed(reason)
      _ = systemKill(-identifier, SIGKILL)
    }
  }
}

/// `kill(2)`, whose name the method hides.
private func systemKill(_ identifier: pid_t, _ signal: Int32) -> Int32 { kill(identifier, signal) }

/// Calls `body` with the texts as an array of C strings that ends in a null pointer.
@unsafe private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = unsafe texts.map { unsafe strdup($0) }
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe body(pointers + [nil])
}
