import Foundation
import SigV4

/// The body of a request, as `--data` gives it.
enum RequestBody {
  /// Bytes in memory: text, or what came from standard input, a pipe or several options.
  case bytes(Data)
  /// A regular file, which is read while it is hashed and sent.
  case file(path: String, length: Int)

  /// Reads the values of `--data`; several are joined by `&`, as curl joins them.
  ///
  /// - Returns: `nil` if there are none.
  init?(_ texts: [String]) throws {
    if texts.count == 1, let path = Self.path(texts[0]), path != "-", InputFile.isRegular(path) {
      guard FileManager.default.isReadableFile(atPath: path),
        let length = try? FileManager.default.attributesOfItem(
          atPath: URL(filePath: path).resolvingSymlinksInPath().path)[.size] as? Int
      else { throw InputFile.unreadable(path) }
      self = .file(path: path, length: length)
      return
    }
    guard let first = texts.first else { return nil }
    var data = try Self.content(first)
    for text in texts.dropFirst() {
      data.append(UInt8(ascii: "&"))
      data += try Self.content(text)
    }
    self = .bytes(data)
  }

  private static func content(_ text: String) throws -> Data {
    Data(try path(text).map(InputFile.content) ?? Array(text.utf8))
  }

  private static func path(_ text: String) -> String? {
    text.utf8.first == UInt8(ascii: "@") ? String(Substring(text.utf8.dropFirst())) : nil
  }

  var length: Int {
    switch self {
    case .bytes(let data): data.count
    case .file(_, let length): length
    }
  }

  /// The payload to sign: of a file, its hash.
  func payload() async throws -> Payload {
    switch self {
    case .bytes(let data): .data(data)
    case .file: try await .hash(of: pieces())
    }
  }

  /// The body, piece by piece.
  func pieces() throws -> AsyncThrowingStream<Data, any Error> {
    switch self {
    case .bytes(let data):
      return AsyncThrowingStream { continuation in
        continuation.yield(data)
        continuation.finish()
      }
    case .file(let path, _):
      guard let file = FileHandle(forReadingAtPath: path) else { throw InputFile.unreadable(path) }
      return AsyncThrowingStream {
        guard let piece = try InputFile.next(of: file, path), !piece.isEmpty else { return nil }
        return piece
      }
    }
  }
}
