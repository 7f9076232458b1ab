extension SignatureClaim.Fields {
  /// Reads the fields of signing in `headers`, each at most once, and `authorization`.
  ///
  /// `names` has read `headers`. An `Authorization` of another scheme than AWS's is ignored.
  mutating func read(
    _ headers: [HeaderField], _ names: borrowing CanonicalHeaders, _ read: borrowing CanonicalHeaders.Read,
    authorization: inout String?
  ) throws(VerificationError) {
    let headers = headers.span  // whose elements are read in place
    for index in headers.indices {
      let length = names.valueLength(at: index, of: read)
      // Repeats the names, because looking up each in SigningFields takes 40 ns. A test compares the two.
      switch headers[index].name.utf8.count {
      case 10 where names.isNamed("x-amz-date", at: index, of: read):
        try Self.set(&date, headers, index, length: length)
      case 13 where names.isNamed("x-amz-trailer", at: index, of: read):
        // A list, which may come in several headers.
        trailer = trailer.map { "\($0),\(headers[index].value)" } ?? headers[index].value
      case 13 where names.isNamed("authorization", at: index, of: read):
        try Self.set(&authorization, headers, index, length: length)
      case 16 where names.isNamed("x-amz-region-set", at: index, of: read):
        try Self.set(&regionSet, headers, index, length: length)
      case 20 where names.isNamed("x-amz-security-token", at: index, of: read):
        try Self.set(&sessionToken, headers, index, length: length)
      case 20 where names.isNamed("x-amz-content-sha256", at: index, of: read):
        try Self.set(&contentHash, headers, index, length: length)
      case 28 where names.isNamed("x-amz-decoded-content-length", at: index, of: read):
        try Self.set(&decodedLength, headers, index, length: length)
      // S3 Express One Zone's name for the token of a session.
      case 21 where names.isNamed("x-amz-s3session-token", at: index, of: read):
        try Self.set(&sessionToken, headers, index, length: length)
      default: break
      }
    }
    if let other = authorization, !other.isAWSAuthorization { authorization = nil }
    if authorization != nil, date == nil {
      for index in headers.indices where names.isNamed("date", at: index, of: read) {
        try Self.set(&plainDate, headers, index, length: names.valueLength(at: index, of: read))
      }
    }
  }

  private static func set(
    _ field: inout String?, _ headers: Span<HeaderField>, _ index: Int, length: Int
  ) throws(VerificationError) {
    guard field == nil else {
      throw VerificationError(
        .ambiguousSignature, "The request has several \(headers[index].name) headers. Send one.")
    }
    let value = headers[index].value
    field = value.utf8.count == length ? value : value.trimmed
  }
}

extension SignatureClaim.Parts {
  /// Reads `ALGORITHM Credential=…, SignedHeaders=…, Signature=…`; the three may come in any order, each once.
  init(authorization: String) throws(VerificationError) {
    self = try authorization.withBytes { (bytes) throws(VerificationError) in
      try Self(text: authorization, bytes)
    }
  }

  private init(text: String, _ bytes: Span<UInt8>) throws(VerificationError) {
    self.init(text: text)
    var start = 0
    while start < bytes.count, !bytes.isBlank(at: start) { start += 1 }
    algorithm = 0..<start
    while start < bytes.count {
      let end = bytes.firstIndex(of: UInt8(ascii: ","), from: start) ?? bytes.count
      let part = bytes.trimmed(start..<end)
      let name = part.lowerBound..<(bytes.firstIndex(of: UInt8(ascii: "="), from: part.lowerBound) ?? part.lowerBound)
      let value = min(name.upperBound + 1, part.upperBound)..<part.upperBound
      if bytes.extracting(name).isEqual(to: "Credential") {
        try Self.set(&credential, value, "Credential")
      } else if bytes.extracting(name).isEqual(to: "SignedHeaders") {
        try Self.set(&signedHeaders, value, "SignedHeaders")
      } else if bytes.extracting(name).isEqual(to: "Signature") {
        try Self.set(&signature, value, "Signature")
      } else {
        throw .malformed("Authorization must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=….")
      }
      start = end + 1
    }
    guard !credential.isEmpty else { throw .missingPart("Credential") }
    guard !signedHeaders.isEmpty else { throw .missingPart("SignedHeaders") }
    guard !signature.isEmpty else { throw .missingPart("Signature") }
  }

  private static func set(
    _ part: inout Range<Int>, _ value: Range<Int>, _ name: String
  ) throws(VerificationError) {
    guard part.isEmpty else {
      throw VerificationError(.ambiguousSignature, "Authorization has several parts named \(name). Send one.")
    }
    guard !value.isEmpty else { throw .missingPart(name) }
    part = value
  }
}

extension VerificationError {
  fileprivate static func missingPart(_ name: String) -> VerificationError {
    .malformed("Authorization has no \(name). Add it.")
  }
}

extension Span<UInt8> {
  fileprivate func isBlank(at index: Int) -> Bool {
    self[index] == UInt8(ascii: " ") || self[index] == UInt8(ascii: "\t")
  }

  /// `range` without spaces and tabs at its ends.
  fileprivate func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(at: start) { start += 1 }
    while end > start, isBlank(at: end - 1) { end -= 1 }
    return start..<end
  }
}

extension String {
  /// Whether the scheme begins with `AWS`, in any letter case.
  var isAWSAuthorization: Bool {
    withBytes { bytes in
      bytes.count >= 3 && bytes[0].asciiLowercased == UInt8(ascii: "a") && bytes[1].asciiLowercased == UInt8(ascii: "w")
        && bytes[2].asciiLowercased == UInt8(ascii: "s")
    }
  }
}

extension SignatureClaim {
  /// The query parameters of signing, decoded, each at most once.
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
        guard let content = name.withBytes({ fields.contentOfParameter($0) }) else { continue }
        let value = PercentEncoding.decoded(parameter.drop { $0 != UInt8(ascii: "=") }.dropFirst())
        guard values.updateValue(value, forKey: content) == nil else {
          throw VerificationError(
            .ambiguousSignature, "The query has several parameters named \(name). Send one.")
        }
      }
    }

    /// The number of parameters of signing.
    var count: Int { values.count }

    /// Whether the query contains any part of a signature.
    var hasSignature: Bool {
      Self.parts.contains { values[$0] != nil }
    }

    /// The fields that make up a signature, in the order of ``Parts``.
    private static let parts: [SigningFields.Content] = [.algorithm, .credential, .signedHeaders, .signature]

    private static func name(of content: SigningFields.Content) -> String {
      SigningFields.all.parameters.first { $0.content == content }.map { "\($0.name)" } ?? ""
    }

    /// The decoded values in one text.
    func parts() throws(VerificationError) -> Parts {
      var text = ""
      var ranges: [Range<Int>] = []
      for part in Self.parts {
        guard let value = values[part] else { throw .malformed("The query has no \(Self.name(of: part)). Add it.") }
        ranges.append(text.utf8.count..<text.utf8.count + value.utf8.count)
        text += value
      }
      var parts = Parts(text: text)
      (parts.algorithm, parts.credential, parts.signedHeaders, parts.signature) = (
        ranges[0], ranges[1], ranges[2], ranges[3]
      )
      return parts
    }

    /// The date is read from the query only; the other fields may be headers too, which are then signed headers.
    func fields(over headers: Fields) throws(VerificationError) -> Fields {
      Fields(
        date: values[.date],
        sessionToken: try only(.sessionToken, try only(.s3SessionToken, headers.sessionToken)),
        contentHash: try only(.contentHash, headers.contentHash),
        regionSet: try only(.regionSet, headers.regionSet), decodedLength: headers.decodedLength,
        trailer: headers.trailer)
    }

    /// The value of a field, from the query or from `elsewhere`; throws if both have one.
    private func only(
      _ content: SigningFields.Content, _ elsewhere: String?
    ) throws(VerificationError) -> String? {
      guard let value = values[content] else { return elsewhere }
      guard elsewhere == nil else {
        throw VerificationError(
          .ambiguousSignature,
          "The request has \(Self.name(of: content)) in its query, and the same field elsewhere. Send one.")
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
