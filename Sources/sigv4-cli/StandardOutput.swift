import ArgumentParser
@preconcurrency import Foundation

/// Standard output, which reports output that can't be written.
enum StandardOutput {
  /// Opens those of the descriptors 0 to 2 that the caller closed, so that no file or socket reuses them.
  ///
  /// They stay useless: reading gives nothing, and writing fails. Writing to a pipe without a reader fails too, instead of
  /// ending the program, which may have files to remove.
  static func reserveDescriptors() {
    signal(SIGPIPE, SIG_IGN)
    var descriptor = open("/dev/null", O_RDONLY)
    while descriptor >= 0, descriptor <= 2 { descriptor = open("/dev/null", O_RDONLY) }
    if descriptor > 2 { close(descriptor) }
  }

  /// Writes bytes after what was printed before; ``finish()`` reports if that fails.
  static func write(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    fwrite(bytes, 1, bytes.count, stdout)
  }

  /// Writes what is still buffered.
  ///
  /// - Throws: ``Failure`` if something that was printed can't be written; an exit code alone if the reader of a pipe left.
  static func finish() throws {
    let isFlushed = fflush(stdout) == 0
    let code = errno
    guard !isFlushed || ferror(stdout) != 0 else { return }
    if code == EPIPE { throw ExitCode.failure }
    let reason = String(cString: strerror(isFlushed ? EIO : code))
    throw Failure("The output can't be written: \(reason). Check the file or the device that it is redirected to.")
  }

  /// Writes what is still buffered, and lets the reader see the end; what is printed later goes nowhere.
  static func finishAndClose() throws {
    try finish()
    let nowhere = open("/dev/null", O_WRONLY)
    guard nowhere >= 0, dup2(nowhere, STDOUT_FILENO) >= 0 else {
      throw Failure("The output can't be closed: \(String(cString: strerror(errno))). Run the command again.")
    }
    close(nowhere)
  }
}
