import Foundation
import SigV4

/// What a curl command line sends, put together from its options.
struct CurlData {
  /// The options that give data, which differ in how they read it.
  enum Kind: String {
    case plain = "--data"
    case raw = "--data-raw"
    case binary = "--data-binary"
    case encoded = "--data-urlencode"
    case json = "--json"
    case upload = "--upload-file"
  }

  static let json = "application/json"

  private(set) var bytes: [UInt8] = []
  private(set) var contentType: String? = "application/x-www-form-urlencoded"
  private(set) var isUpload = false
  private var isEmpty = true

  mutating func append(_ value: String, _ kind: Kind) throws {
    if kind == .json { contentType = Self.json }
    if kind == .upload { (contentType, isUpload) = (nil, true) }
    let piece =
      switch kind {
      case .raw: Array(value.utf8)
      case .upload: try Self.content(ofFile: value)
      case .encoded: try Self.encoded(value)
      case .plain:
        // curl leaves line breaks and NULs of a file out.
        try Self.content(of: value).filter { !value.hasPrefix("@") || $0 != 0x0A && $0 != 0x0D && $0 != 0 }
      case .binary, .json: try Self.content(of: value)
      }
    if !isEmpty, kind != .json { bytes.append(0x26) }
    bytes += piece
    isEmpty = false
  }

  private static func content(of value: String) throws -> [UInt8] {
    value.hasPrefix("@") ? try content(ofFile: String(value.dropFirst())) : Array(value.utf8)
  }

  private static func content(ofFile path: String) throws -> [UInt8] {
    guard path != "-", let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw Failure("The file \(path) of the curl command can't be read.")
    }
    return Array(data)
  }

  /// `CONTENT`, `=CONTENT`, `NAME=CONTENT`, `@FILE` or `NAME@FILE`, of which the content is encoded.
  private static func encoded(_ value: String) throws -> [UInt8] {
    let mark = value.firstIndex { $0 == "=" || $0 == "@" }
    let name = mark.map { String(value[..<$0]) } ?? ""
    let rest = mark.map { String(value[value.index(after: $0)...]) } ?? value
    let content = mark.map { value[$0] == "@" } == true ? try content(ofFile: rest) : Array(rest.utf8)
    return Array(((name.isEmpty ? "" : name + "=") + content.percentEncoded).utf8)
  }
}
