#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import CSigV4Linux
  import Musl
#else
  import CSigV4Linux
  import Glibc
#endif

/// Runs a program to its end, and kills it if it takes too long.
///
/// ``EventThread`` waits for the program. It starts on a thread that may block, since the program's file system can hang.
struct ChildProcess {
  /// The result of a program.
  struct Result: Sendable {
    /// The exit code, or 128 and the signal's number.
    let status: Int32
    /// The bytes that it wrote to standard output.
    let output: [UInt8]
  }

  /// The reason for a missing result.
  enum Failure: Error {
    /// The program can't be started, for this reason.
    case notStarted(String)
    /// The system has no process, thread, descriptor or memory left, which is transient.
    case noResources(String)
    case timedOut
    case tooMuchOutput
    case cancelled
    /// The program has ended, and other code has read its exit code.
    case statusUnknown
  }

  private let identifier: pid_t
  /// The reading end of the program's standard output.
  private let output: Int32

  /// Runs a program without input and discards its standard error.
  ///
  /// The run ends with the program's own process, even if a descendant keeps its output open.
  ///
  /// - Parameters:
  ///   - words: The program, which is searched for in `PATH` unless it contains a slash, and its arguments.
  ///   - environment: The program's environment.
  ///   - timeLimit: The time after which the program is killed with its process group; at most a day.
  ///   - outputLimit: The maximum size of its output, in bytes.
  /// - Returns: The exit code and the output.
  /// - Throws: ``Failure``.
  static func run(
    _ words: [String], environment: [String: String], timeLimit: Duration, outputLimit: Int
  ) async throws(Failure) -> Result {
    let deadline = ContinuousClock.now + min(timeLimit, .seconds(86_400))
    let start: Swift.Result<ChildProcess, Failure>
    do throws(BlockingThreads.Failure) {
      start = try await BlockingThreads.programs.run(
        until: deadline, dropped: { _ = try? $0.get().abandon(Self.noEnd) }
      ) {
        Swift.Result { () throws(Failure) in try ChildProcess(words, environment) }
      }
    } catch {
      switch error {
      case .late: throw .timedOut
      case .cancelled: throw .cancelled
      case .noResources: throw .noResources("this process has no thread left")
      }
    }
    return try await start.get().finish(outputLimit, by: deadline)
  }

  private init(_ words: [String], _ environment: [String: String]) throws(Failure) {
    guard let pipe = SystemPipe() else { throw .noResources("this process has no descriptor left") }
    defer { close(pipe.writing) }
    do throws(Failure) {
      identifier = try Self.spawn(words, environment, output: pipe.writing)
      output = pipe.reading
    } catch {
      close(pipe.reading)
      throw error
    }
  }

  private static func spawn(
    _ words: [String], _ environment: [String: String], output: Int32
  ) throws(Failure) -> pid_t {
    #if os(tvOS) || os(watchOS) || os(visionOS)
      // The SDKs of these platforms have no posix_spawnp(3).
      throw .notStarted("this platform can't run other programs")
    #else
      #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        // The program doesn't inherit descriptors that other threads have just opened.
        let others = POSIX_SPAWN_CLOEXEC_DEFAULT
      #else
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        let others: Int32 = 0
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
      // Its own process group, so that its descendants are killed too, and default signals, since this thread blocks all.
      let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | others
      unsafe posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
      unsafe posix_spawnattr_setpgroup(&attributes, 0)
      var signals = sigset_t()
      unsafe sigemptyset(&signals)
      unsafe posix_spawnattr_setsigmask(&attributes, &signals)
      unsafe sigfillset(&signals)
      unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
      var identifier: pid_t = 0
      let variables = environment.map { "\($0.key)=\($0.value)" }.filter { !$0.utf8.contains(0) }
      let status = unsafe withCStrings(words) { words in
        unsafe withCStrings(variables) { variables in
          // The first word, which is never missing, names the program.
          unsafe words[0].map { unsafe posix_spawnp(&identifier, $0, &actions, &attributes, words, variables) }
            ?? EINVAL
        }
      }
      guard status == 0 else { throw failure(ofStart: status) }
      return identifier
    #endif
  }

  /// Converts the error number of a failed start.
  static func failure(ofStart number: Int32) -> Failure {
    let reason = unsafe String(cString: strerror(number))
    let isTransient = number == EAGAIN || SystemErrorNumber.isExhaustion(number)
    return isTransient ? .noResources(reason) : .notStarted(reason)
  }

  /// Reads the output until the program ends or is killed.
  private func finish(_ outputLimit: Int, by deadline: ContinuousClock.Instant) async throws(Failure) -> Result {
    let end = Self.openEnd(of: identifier)
    var bytes: [UInt8] = []
    var isOpen = true
    while true {
      // Checked before reading, so that the program's last output is read.
      let hasEnded = life != .running
      if isOpen { isOpen = Self.readAvailable(output, into: &bytes, limit: outputLimit) }
      if bytes.count > outputLimit { throw abandon(end, .tooMuchOutput) }
      if hasEnded { return try reap(end, bytes) }
      // A wait never times out while the program writes, so the deadline is checked here too.
      if ContinuousClock.now >= deadline { throw abandon(end, .timedOut) }
      let pause = end == Self.noEnd ? min(deadline, .now + Self.pause) : deadline
      let outcome = await EventThread.shared.wait(
        for: [.readable(isOpen ? output : -1), .readable(end)], until: pause)
      switch outcome {
      case .ready, .late: break
      case .cancelled: throw abandon(end, .cancelled)
      case .noResources: throw abandon(end, .noResources("this process has no thread or descriptor left"))
      }
    }
  }

  // MARK: The end of a process

  /// The value for a missing descriptor of the process's end.
  ///
  /// The process is then polled.
  private static let noEnd: Int32 = -1
  private static let pause = Duration.milliseconds(50)

  /// Opens a descriptor that is readable once the process has ended; ``noEnd`` on failure.
  private static func openEnd(of identifier: pid_t) -> Int32 {
    #if canImport(Darwin)
      let queue = kqueue()
      guard queue >= 0 else { return noEnd }
      _ = fcntl(queue, F_SETFD, FD_CLOEXEC)
      var change = unsafe kevent(
        ident: UInt(identifier), filter: Int16(EVFILT_PROC), flags: UInt16(EV_ADD | EV_ONESHOT),
        fflags: UInt32(NOTE_EXIT), data: 0, udata: nil)
      // A process that has already ended can't be added.
      guard unsafe kevent(queue, &change, 1, nil, 0, nil) == 0 else {
        close(queue)
        return noEnd
      }
      return queue
    #else
      return sigv4_pidfd_open(identifier)
    #endif
  }

  private enum Life {
    case running
    /// The process has ended and keeps its number until it is reaped.
    case ended
    /// The number may belong to another process: this process ignores SIGCHLD, or other code has reaped the child.
    case gone
  }

  private var life: Life {
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT | WNOHANG) < 0 {
      if errno != EINTR { return .gone }
    }
    return unsafe information.si_signo == 0 ? .running : .ended
  }

  /// Reaps a process that has ended and returns its result.
  private func reap(_ end: Int32, _ bytes: [UInt8]) throws(Failure) -> Result {
    close(output)
    if end >= 0 { close(end) }
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, WNOHANG) <= 0 {
      if errno != EINTR { throw .statusUnknown }
    }
    let signal = status & 0x7F
    return Result(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: bytes)
  }

  /// Kills the program's group, lets the event thread reap it, and returns the reason.
  private func abandon(_ end: Int32, _ reason: Failure = .cancelled) -> Failure {
    close(output)
    if life != .gone { _ = kill(-identifier, SIGKILL) }
    Self.reapLater(identifier, end)
    return reason
  }

  /// Reaps a killed process once it has ended, which can take time, for example for another user's program.
  private static func reapLater(_ identifier: pid_t, _ end: Int32) {
    var status: Int32 = 0
    let isRunning = unsafe waitpid(identifier, &status, WNOHANG) == 0
    let wait =
      isRunning
      ? EventThread.shared.register([.readable(end)], until: .now + (end == noEnd ? pause : .seconds(3600))) { _ in
        reapLater(identifier, end)
      } : nil
    if wait == nil, end >= 0 { close(end) }
  }

  /// Appends the available bytes of a descriptor, until the limit is exceeded; returns `false` at its end.
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
}

/// Calls `body` with the texts as a null-terminated array of C strings.
@unsafe private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = unsafe texts.map { unsafe strdup($0) }
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe body(pointers + [nil])
}
