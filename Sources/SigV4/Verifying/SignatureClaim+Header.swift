extension SignatureClaim.Fields {
  /// Reads what `headers`, which `names` has read, say of signing, each of which may be there once; and
  /// `authorization`, where it is one of AWS: other schemes are none of our business.
  mutating func read(
    _ headers: [HeaderField], _ names: borrowing CanonicalHeaders, _ authorization: inout String?,
    fields: SigningFields = .all
  ) throws(VerificationError) {
    let headers = headers.span  // whose elements are read in place
    for index in headers.indices {
      switch names.withName(at: index, { fields.contentOfHeader($0) }) {
      case .date: try Self.set(&date, headers, index)
      case .authorization: try Self.set(&authorization, headers, index)
      case .sessionToken, .s3SessionToken: try Self.set(&sessionToken, headers, index)
      case .contentHash: try Self.set(&contentHash, headers, index)
      case .regionSet: try Self.set(&regionSet, headers, index)
      case nil where names.isNamed("x-amz-decoded-content-length", at: index):
        try Self.set(&decodedLength, headers, index)
      case nil where names.isNamed("x-amz-trailer", at: index):
        // A list, which may come in several headers.
        trailer = trailer.map { "\($0),\(headers[index].value)" } ?? headers[index].value
      default: break
      }
    }
    if let other = authorization, !other.isAWSAuthorization { authorization = nil }
    if authorization != nil, date == nil {
      for index in headers.indices where names.isNamed("date", at: index) {
        try Self.set(&plainDate, headers, index)
      }
    }
  }

  private static func set(
    _ field: inout String?, _ headers: Span<HeaderField>, _ index: Int
  ) throws(VerificationError) {
    guard field == nil else {
      throw VerificationError(
        .ambiguousSignature, "The request has several \(headers[index].name) headers; which one counts can't be told.")
    }
    field = headers[index].value.trimmed
  }
}

extension SignatureClaim.Parts {
  /// Reads `ALGORITHM Credential=…, SignedHeaders=…, Signature=…`; the three may stand in any order, each once.
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
      let end = bytes.firstIndex(of: 0x2C, from: start) ?? bytes.count
      let part = bytes.trimmed(start..<end)
      let name = part.lowerBound..<(bytes.firstIndex(of: 0x3D, from: part.lowerBound) ?? part.lowerBound)
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
      throw VerificationError(.ambiguousSignature, "Authorization has several parts named \(name).")
    }
    guard !value.isEmpty else { throw .missingPart(name) }
    part = value
  }
}

extension VerificationError {
  fileprivate static func missingPart(_ name: String) -> VerificationError {
    .malformed("Authorization has no \(name).")
  }
}

extension Span<UInt8> {
  fileprivate func isBlank(at index: Int) -> Bool { self[index] == 0x20 || self[index] == 0x09 }

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

extension String {
  /// The text without white space at its ends, as a canonical request has it.
  fileprivate var trimmed: String {
    let isTrimmed = withBytes { bytes in bytes.isEmpty || bytes[0] > 0x20 && bytes[bytes.count - 1] > 0x20 }
    return isTrimmed ? self : String(self[...].trimmingSpaces)
  }
}

extension Substring {
  /// The text without white space at its ends.
  var trimmingSpaces: Substring {
    let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
    guard let start = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return self[startIndex..<startIndex] }
    return self[start..<utf8.index(after: last)]
  }
}
