import Foundation
import Synchronization

/// The destination of an answer's body: standard output, or a file that `--output` names.
final class OutputFile: Sendable {
  private let path: String?
  private let file = Mutex<FileHandle?>(nil)

  /// - Parameter path: The file; `nil` or `-` for standard output.
  init(_ path: String?) {
    self.path = path == "-" ? nil : path
  }

  var isStandardOutput: Bool { path == nil }

  /// Writes bytes at once; the file is created at the first.
  func write(_ bytes: some Sequence<UInt8>) throws {
    guard let path else {
      StandardOutput.write(bytes)
      return try StandardOutput.finish()
    }
    try file.withLock { file in
      do {
        if file == nil {
          let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
          guard descriptor >= 0 else { throw Failure(String(cString: strerror(errno))) }
          file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
        try file?.write(contentsOf: Data(bytes))
      } catch {
        let reason = (error as? Failure)?.description ?? (error as NSError).systemReason
        throw Failure("The file \(path) can't be written: \(reason). Choose another file, or correct the cause.")
      }
    }
  }
}

extension NSError {
  /// The system's words for the error below this one.
  fileprivate var systemReason: String {
    let cause = userInfo[NSUnderlyingErrorKey] as? NSError ?? self
    return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : localizedDescription
  }
}
