/// JSON of any shape, for documents whose members may be one value or a list of them.
enum JSONValue: Decodable, Sendable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The strings of a string or of a list of strings; `nil` for anything else, an empty list included.
  var strings: [String]? {
    switch self {
    case .string(let value):
      return [value]
    case .array(let values):
      let strings = values.compactMap { if case .string(let value) = $0 { value } else { nil } }
      return strings.isEmpty || strings.count < values.count ? nil : strings
    default:
      return nil
    }
  }
}
