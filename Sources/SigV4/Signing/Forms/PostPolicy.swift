#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// What a browser may upload to S3 with a form, and until when.
///
/// S3 API Reference, "POST Policy": every field of the form but `file`, `policy`, `x-amz-signature` and those whose
/// names begin with `x-ignore-` must be covered by a condition; the bucket must be too.
public struct PostPolicy: Sendable, Hashable {
  /// The time from which S3 refuses the form.
  public var expiration: Date
  /// What the form's fields must be.
  public var conditions: [Condition]

  /// Creates a policy; signing adds the conditions for the fields that it adds.
  public init(expiration: Date, conditions: [Condition]) {
    self.expiration = expiration
    self.conditions = conditions
  }

  /// What one field of the form, or the file, must be.
  public struct Condition: Sendable, Hashable {
    fileprivate let json: String

    /// The field `name` has exactly this value; `bucket` and `key` are names too.
    public static func equals(_ name: String, _ value: String) -> Condition {
      Condition(json: "{\(name.jsonLiteral): \(value.jsonLiteral)}")
    }

    /// The value of the field `name` starts with `prefix`; with an empty one it may be anything.
    public static func startsWith(_ name: String, _ prefix: String) -> Condition {
      Condition(json: "[\"starts-with\", \("$\(name)".jsonLiteral), \(prefix.jsonLiteral)]")
    }

    /// The file has a length in this range, in bytes.
    public static func contentLength(_ range: ClosedRange<Int>) -> Condition {
      Condition(json: "[\"content-length-range\", \(range.lowerBound), \(range.upperBound)]")
    }
  }

  /// The policy in JSON, in ASCII.
  ///
  /// - Throws: ``SigningError`` for an expiration outside of the years 1 to 9999.
  public var document: String {
    get throws(SigningError) {
      let expiration = try SigningDate(expiration).extendedText
      let conditions = conditions.map(\.json).joined(separator: ", ")
      return "{\"expiration\": \"\(expiration)\", \"conditions\": [\(conditions)]}"
    }
  }
}

extension String {
  /// This as a literal of JSON, in ASCII (RFC 8259, 7).
  fileprivate var jsonLiteral: String {
    var literal = "\""
    for unit in utf16 {
      switch unit {
      case 0x22: literal += "\\\""
      case 0x5C: literal += "\\\\"
      case 0x20...0x7E: literal.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: unit)))
      default:
        let digits = String(unit, radix: 16)
        literal += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return literal + "\""
  }
}
