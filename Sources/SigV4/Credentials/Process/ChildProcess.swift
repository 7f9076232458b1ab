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
    /// It can't be started, for this reason.
    case notStarted(String)
    /// The system had no room for another program or pipe, which may pass.
    case noResources(String)
    case timedOut
    case tooMuchOutput
    case cancelled
    /// It has ended, and somebody else has taken its exit code.
    case statusUnknown
  }

  private enum State {
    /// The program runs, or has ended and its number isn't free yet.
    case running
    /// It has been killed, for this reason.
    case killed(Failure)
    /// Its number may belong to another process by now.
    case reaped
  }

  /// Held while a program is started, one at a time.
  private static let isStarting = Mutex(())

  private let identifier: pid_t
  private let output: Int32
  private let state = Mutex(State.running)

  /// The longest pause between two looks at the program, in milliseconds.
  private static let longestPause: Int32 = 50

  /// Runs a program, which gets no input and whose standard error is dropped.
  ///
  /// It has ended when its own process has, even if something that it started holds its output open.
  ///
  /// - Parameters:
  ///   - words: The program, looked for in `PATH` unless there is a slash in it, and its arguments.
  ///   - environment: The program's environment.
  ///   - timeLimit: When it is killed, with all of its process group; at most a day.
  ///   - outputLimit: How many bytes it may write.
  /// - Returns: How it ended.
  /// - Throws: ``Failure``.
  static func run(
    _ words: [String], environment: [String: String], timeLimit: Duration, outputLimit: Int
  ) async throws(Failure) -> Result {
    let process = try ChildProcess(words, environment)
    let deadline = ContinuousClock.now + min(timeLimit, .seconds(86_400))
    let result = await withTaskCancellationHandler {
      // Waiting blocks, and so it has a thread that isn't one of Swift's few.
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: process.finish(outputLimit, by: deadline)) }
      }
    } onCancel: {
      process.kill(.cancelled)
    }
    return try result.get()
  }

  private init(_ words: [String], _ environment: [String: String]) throws(Failure) {
    // Swift sees no pipe2(2): started at the same time, another program would inherit the new pipe.
    (identifier, output) = try Self.isStarting.withLock { _ throws(Failure) in
      let (reading, writing) = try Self.makePipe()
      defer { close(writing) }
      do throws(Failure) {
        return (try Self.spawn(words, environment, output: writing), reading)
      } catch {
        close(reading)
        throw error
      }
    }
  }

  /// A pipe that no other program inherits, and whose reading end never blocks.
  private static func makePipe() throws(Failure) -> (reading: Int32, writing: Int32) {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    let status = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
      unsafe pipe(bytes.bindMemory(to: Int32.self).baseAddress)
    }
    guard status == 0 else { throw .noResources("the system has no pipe to give") }
    for end in [ends.reading, ends.writing] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends.reading, F_SETFL, fcntl(ends.reading, F_GETFL) | O_NONBLOCK)
    return ends
  }

  private static func spawn(
    _ words: [String], _ environment: [String: String], output: Int32
  ) throws(Failure) -> pid_t {
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
    guard status == 0 else { throw failure(ofStart: status) }
    return identifier
  }

  /// What the system's error number for a program's start means.
  static func failure(ofStart number: Int32) -> Failure {
    let reason = unsafe String(cString: strerror(number))
    return [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(number) ? .noResources(reason) : .notStarted(reason)
  }

  /// Reads the output until the program has ended, or must.
  private func finish(_ outputLimit: Int, by deadline: ContinuousClock.Instant) -> Swift.Result<Result, Failure> {
    defer { close(output) }
    var bytes: [UInt8] = []
    var isOpen = true
    var pause: Int32 = 1
    while true {
      // Looked at before reading, so that what the program wrote last is read.
      let hasEnded = hasEnded
      if !hasEnded, ContinuousClock.now >= deadline { kill(.timedOut) }
      let count = bytes.count
      if isOpen { isOpen = Self.readAvailable(output, into: &bytes, limit: outputLimit) }
      if bytes.count > outputLimit { kill(.tooMuchOutput) }
      if hasEnded { return reap(bytes) }
      if case .killed(let failure) = state.withLock(\.self) {
        // What doesn't die at once, another user's program for one, isn't waited for here.
        DispatchQueue.global().async { [identifier] in _ = Self.status(of: identifier) }
        return .failure(failure)
      }
      pause = bytes.count > count ? 1 : min(pause * 2, Self.longestPause)
      // The end of a program wakes nobody, and so the pauses are short; a descriptor of -1 is passed over.
      var descriptor = pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&descriptor, 1, pause)
    }
  }

  /// Whether the program has ended; its number stays taken, so that nobody kills a stranger meanwhile.
  private var hasEnded: Bool {
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT | WNOHANG) < 0 {
      // The system has freed the number where this process ignores the signal of its children's ends.
      if errno != EINTR { return true }
    }
    return unsafe information.si_signo != 0
  }

  /// Frees the number, and tells how the program ended.
  private func reap(_ output: [UInt8]) -> Swift.Result<Result, Failure> {
    state.withLock { state in
      defer { state = .reaped }
      let status = Self.status(of: identifier)
      if case .killed(let failure) = state { return .failure(failure) }
      guard let status else { return .failure(.statusUnknown) }
      let signal = status & 0x7F
      return .success(Result(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: output))
    }
  }

  /// Waits for a child's end and frees its number; `nil` where somebody else has.
  private static func status(of identifier: pid_t) -> Int32? {
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) < 0 {
      if errno != EINTR { return nil }
    }
    return status
  }

  /// Appends what a descriptor gives without waiting, up to a byte over the limit at least; `false` at its end.
  private static func readAvailable(_ descriptor: Int32, into bytes: inout [UInt8], limit: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 8192)
    while bytes.count <= limit {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { bytes += buffer.prefix(count) }
      if count == 0 { return false }
      if count < 0, errno != EINTR { return errno == EAGAIN || errno == EWOULDBLOCK }
    }
    return true
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
