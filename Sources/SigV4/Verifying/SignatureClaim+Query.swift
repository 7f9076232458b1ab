extension SignatureClaim {
  /// The query parameters that have a part in signing, decoded, each of which may be there once.
  ///
  /// Names are decoded before they are compared, as in a canonical query: `X%2DAmz-Signature` is `X-Amz-Signature`.
  struct QueryFields {
    private var values: [String: String] = [:]

    /// Reads a request target; `nil` where it has no query.
    init?(_ target: String) throws(VerificationError) {
      guard let mark = target.utf8.firstIndex(of: 0x3F) else { return nil }
      for parameter in target.utf8[target.utf8.index(after: mark)...].split(separator: 0x26) {
        // X, or an escape that may stand for it.
        guard parameter.first == 0x58 || parameter.first == 0x25 else { continue }
        let name = PercentEncoding.decoded(parameter.prefix { $0 != 0x3D })
        guard SigningParameters.names.contains(name[...]) || name == "X-Amz-Content-Sha256" else { continue }
        let value = PercentEncoding.decoded(parameter.drop { $0 != 0x3D }.dropFirst())
        guard values.updateValue(value, forKey: name) == nil else {
          throw VerificationError(
            .ambiguousSignature, "The query has several parameters \(name); which one counts can't be told.")
        }
      }
    }

    /// Whether there is something of a signature, whole or not.
    var hasSignature: Bool {
      ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature"]
        .contains { values[$0] != nil }
    }

    /// The decoded values in one text.
    func parts() throws(VerificationError) -> Parts {
      var text = ""
      var ranges: [Range<Int>] = []
      for name in ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature"] {
        guard let value = values[name] else { throw .malformed("The query has no \(name).") }
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
        date: values["X-Amz-Date"],
        sessionToken: try only(
          "X-Amz-Security-Token", try only("X-Amz-S3session-Token", headers.sessionToken)),
        contentHash: try only("X-Amz-Content-Sha256", headers.contentHash),
        regionSet: try only("X-Amz-Region-Set", headers.regionSet), decodedLength: headers.decodedLength,
        trailer: headers.trailer)
    }

    /// The parameter called `name`, or else what stands elsewhere for it; not both.
    private func only(_ name: String, _ elsewhere: String?) throws(VerificationError) -> String? {
      guard let value = values[name] else { return elsewhere }
      guard elsewhere == nil else {
        throw VerificationError(
          .ambiguousSignature, "The request has \(name) in its query and elsewhere; which one counts can't be told.")
      }
      return value
    }

    func lifetimeSeconds() throws(VerificationError) -> Int? {
      guard let text = values["X-Amz-Expires"] else { return nil }
      guard let seconds = Int(text), 1...604_800 ~= seconds, text.utf8.first != 0x2B else {
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
