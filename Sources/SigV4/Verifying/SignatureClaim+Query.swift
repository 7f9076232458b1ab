extension SignatureClaim {
  /// The query parameters that have a part in signing, decoded, each of which may be there once.
  ///
  /// Names are decoded before they are compared, as in a canonical query: `X%2DAmz-Signature` is `X-Amz-Signature`.
  struct QueryFields {
    private var values: [SigningFields.Content: String] = [:]

    /// Reads a request target; `nil` if it has no query.
    init?(_ target: String, _ fields: SigningFields = .all) throws(VerificationError) {
      guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
      let parameters = target.utf8[target.utf8.index(after: mark)...].split(separator: UInt8(ascii: "&"))
      for parameter in parameters {
        // X, or an escape that may replace it.
        guard parameter.first == UInt8(ascii: "X") || parameter.first == UInt8(ascii: "%") else { continue }
        let name = PercentEncoding.decoded(parameter.prefix { $0 != UInt8(ascii: "=") })
        // Presigning doesn't set the content hash, but others do.
        let content =
          name == "X-Amz-Content-Sha256" ? .contentHash : name.withBytes { fields.contentOfParameter($0) }
        guard let content else { continue }
        let value = PercentEncoding.decoded(parameter.drop { $0 != UInt8(ascii: "=") }.dropFirst())
        guard values.updateValue(value, forKey: content) == nil else {
          throw VerificationError(
            .ambiguousSignature, "The query has several parameters \(name); which one counts can't be told.")
        }
      }
    }

    /// Whether there is something of a signature, whole or not.
    var hasSignature: Bool {
      Self.parts.contains { values[$0] != nil }
    }

    /// The fields that make up a signature, in the order of ``Parts``.
    private static let parts: [SigningFields.Content] = [.algorithm, .credential, .signedHeaders, .signature]

    private static func name(of content: SigningFields.Content) -> String {
      SigningFields.all.rows.first { $0.content == content }?.parameter.map { "\($0)" } ?? "X-Amz-Content-Sha256"
    }

    /// The decoded values in one text.
    func parts() throws(VerificationError) -> Parts {
      var text = ""
      var ranges: [Range<Int>] = []
      for part in Self.parts {
        guard let value = values[part] else { throw .malformed("The query has no \(Self.name(of: part)).") }
        ranges.append(text.utf8.count..<text.utf8.count + value.utf8.count)
        text += value
      }
      var parts = Parts(text: text)
      (parts.algorithm, parts.credential, parts.signedHeaders, parts.signature) = (
        ranges[0], ranges[1], ranges[2], ranges[3]
      )
      return parts
    }

    /// The date is the query's alone; the others may be headers too, which are then signed as such.
    func fields(over headers: Fields) throws(VerificationError) -> Fields {
      Fields(
        date: values[.date],
        sessionToken: try only(.sessionToken, try only(.s3SessionToken, headers.sessionToken)),
        contentHash: try only(.contentHash, headers.contentHash),
        regionSet: try only(.regionSet, headers.regionSet), decodedLength: headers.decodedLength,
        trailer: headers.trailer)
    }

    /// The value of a field in the query, or `elsewhere`; not both.
    private func only(
      _ content: SigningFields.Content, _ elsewhere: String?
    ) throws(VerificationError) -> String? {
      guard let value = values[content] else { return elsewhere }
      guard elsewhere == nil else {
        throw VerificationError(
          .ambiguousSignature,
          "The request has \(Self.name(of: content)) in its query and elsewhere; which one counts can't be told.")
      }
      return value
    }

    func lifetimeSeconds() throws(VerificationError) -> Int? {
      guard let text = values[.lifetime] else { return nil }
      guard let seconds = Int(text), 1...604_800 ~= seconds, text.utf8.first != UInt8(ascii: "+") else {
        throw .malformed("X-Amz-Expires must be 1 to 604800 seconds.")
      }
      return seconds
    }
  }
}

extension PercentEncoding {
  /// The text with its escapes decoded; what isn't UTF-8 then is repaired, and fits nothing.
  static func decoded(_ part: Substring.UTF8View) -> String {
    part.withSpan { bytes in
      var decoded: [UInt8] = []
      var index = 0
      while index < bytes.count {
        if let byte = decodedByte(at: index, in: bytes) {
          decoded.append(byte)
          index += 3
        } else {
          decoded.append(bytes[index])
          index += 1
        }
      }
      return String(decoding: decoded, as: UTF8.self)
    }
  }
}
