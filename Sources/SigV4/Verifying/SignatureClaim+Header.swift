extension SignatureClaim {
  /// The header fields that have a part in signing, each of which may be there once.
  struct HeaderFields {
    /// `Authorization`, where it is one of AWS; other schemes are none of our business.
    var authorization: String?
    var fields = Fields()

    init(_ headers: [HeaderField]) throws(VerificationError) {
      var anyAuthorization: String?
      for header in headers {
        // Most headers are told by their length.
        switch header.name.utf8.count {
        case 10 where header.isNamed("x-amz-date"): try Self.set(&fields.date, header)
        case 13 where header.isNamed("authorization"): try Self.set(&anyAuthorization, header)
        case 16 where header.isNamed("x-amz-region-set"): try Self.set(&fields.regionSet, header)
        case 20 where header.isNamed("x-amz-security-token"): try Self.set(&fields.sessionToken, header)
        case 20 where header.isNamed("x-amz-content-sha256"): try Self.set(&fields.contentHash, header)
        default: break
        }
      }
      if let anyAuthorization, anyAuthorization.isAWSAuthorization { authorization = anyAuthorization }
    }

    private static func set(_ field: inout String?, _ header: HeaderField) throws(VerificationError) {
      guard field == nil else {
        throw VerificationError(
          .ambiguousSignature, "The request has several \(header.name) headers; which one counts can't be told.")
      }
      field = header.value
    }
  }
}

extension SignatureClaim.Parts {
  /// Reads `ALGORITHM Credential=…, SignedHeaders=…, Signature=…`; the three may stand in any order, each once.
  init(authorization: String) throws(VerificationError) {
    let text = Substring(authorization)
    let scheme = text.utf8.prefix { $0 != 0x20 && $0 != 0x09 }
    var credential: Substring?
    var signedHeaders: Substring?
    var signature: Substring?
    for part in text.utf8[scheme.endIndex...].split(separator: 0x2C, omittingEmptySubsequences: false) {
      let part = Substring(part).trimmingSpaces
      guard let equals = part.utf8.firstIndex(of: 0x3D) else {
        throw .malformed("Authorization must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=….")
      }
      let value = part[part.utf8.index(after: equals)...]
      switch part[..<equals] {
      case "Credential": try Self.set(&credential, value, "Credential")
      case "SignedHeaders": try Self.set(&signedHeaders, value, "SignedHeaders")
      case "Signature": try Self.set(&signature, value, "Signature")
      default:
        throw .malformed("Authorization holds a part \(String(part[..<equals]).debugDescription) that isn't known.")
      }
    }
    guard let credential else { throw .malformed("Authorization has no Credential.") }
    guard let signedHeaders else { throw .malformed("Authorization has no SignedHeaders.") }
    guard let signature else { throw .malformed("Authorization has no Signature.") }
    self.init(
      algorithm: Substring(scheme), credential: credential, signedHeaders: signedHeaders, signature: signature)
  }

  private static func set(
    _ part: inout Substring?, _ value: Substring, _ name: String
  ) throws(VerificationError) {
    guard part == nil else {
      throw VerificationError(.ambiguousSignature, "Authorization has several parts named \(name).")
    }
    part = value
  }
}

extension String {
  /// Whether the scheme begins with `AWS`, in any letter case.
  fileprivate var isAWSAuthorization: Bool {
    zip(utf8, "aws".utf8).allSatisfy { $0.asciiLowercased == $1 } && utf8.count >= 3
  }
}

extension Substring {
  /// The text without spaces and tabs at its ends.
  var trimmingSpaces: Substring {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let start = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return self[startIndex..<startIndex] }
    return self[start..<utf8.index(after: last)]
  }
}
