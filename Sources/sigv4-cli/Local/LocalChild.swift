import Foundation

/// A command that runs while the services do.
struct LocalChild {
  let command: [String]
  let environment: [(name: String, value: String)]
  let unset: [String]

  /// Runs the command, passes it the signals, and returns its exit code.
  ///
  /// The code is 127 if the command can't be run, and 128 and the number of the signal that ended it.
  func run(until interruption: Interruption) async -> Int32 {
    let identifier: pid_t
    switch start(receiving: interruption.caught) {
    case .success(let started): identifier = started
    case .failure(let error):
      ServingLog.note(
        "The command \(command[0].debugDescription) can't be run: \(error). Check its name and its path.")
      return 127
    }
    let forwarding = Task {
      var isAsked = false
      while let number = await interruption.wait() {
        // The terminal sends its own interrupt to the command too.
        guard number != SIGINT || tcgetpgrp(STDIN_FILENO) != getpgrp() else { continue }
        // A command that ignores the first signal ends with the second.
        kill(identifier, isAsked ? SIGKILL : number)
        isAsked = true
      }
    }
    defer { forwarding.cancel() }
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        let number = status & 0o177
        continuation.resume(returning: number == 0 ? status >> 8 & 0xFF : 128 + number)
      }
    }
  }

  /// Keeps the command from inheriting sockets, which would keep their ports in use until it and its children end.
  private static func keepSockets() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? [] {
      guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { continue }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  private struct StartError: Error, CustomStringConvertible {
    let description: String
  }

  // Not Foundation's Process: on Linux the command would inherit this thread's signal mask, which blocks all signals, and
  // leave the terminal's foreground.
  private func start(receiving caught: [Int32]) -> Result<pid_t, StartError> {
    #if canImport(Darwin)
      var attributes: posix_spawnattr_t?
    #else
      var attributes = posix_spawnattr_t()
    #endif
    Self.keepSockets()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    // This program ignores a signal to catch it. A SIGHUP that its caller ignores stays ignored, as under nohup.
    for number in caught + [SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var variables = ProcessInfo.processInfo.environment
    for name in unset { variables[name] = nil }
    for (name, value) in environment { variables[name] = value }
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var values: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + values).forEach { free($0) } }
    var identifier: pid_t = 0
    let status = posix_spawnp(&identifier, command[0], nil, &attributes, &words, &values)
    return status == 0 ? .success(identifier) : .failure(StartError(description: String(cString: strerror(status))))
  }
}
