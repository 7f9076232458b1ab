extension SignatureClaim {
  /// What either placement carries beside the signature proper.
  struct Fields: Sendable, Hashable {
    var date: String?
    var sessionToken: String?
    var contentHash: String?
    var regionSet: String?
  }

  /// The signature proper, as it was written.
  struct Parts {
    var algorithm: Substring
    var credential: Substring
    var signedHeaders: Substring
    var signature: Substring

    /// Lower-case hex: 32 bytes of an HMAC, or an ECDSA signature in DER.
    func checkSignature(_ algorithm: SigningAlgorithm) throws(VerificationError) {
      let digits = signature.utf8
      let isLowercaseHex = digits.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
      let isLong = algorithm == .hmacSHA256 ? digits.count == 64 : 16...144 ~= digits.count && digits.count % 2 == 0
      guard isLowercaseHex, isLong else {
        throw .malformed(
          algorithm == .hmacSHA256
            ? "The signature must be 64 hex digits in lower case." : "The signature must be DER in lower-case hex.")
      }
    }

    /// Names in lower case, sorted, each once: the one way to write a list, so that nobody can write it another way.
    func checkSignedHeaders() throws(VerificationError) {
      let problem: String? = signedHeaders.withBytes { bytes in
        var start = 0
        var previous = 0..<0
        while start <= bytes.count {
          var end = start
          while end < bytes.count, bytes[end] != 0x3B {
            guard bytes[end].isTokenCharacter, bytes[end].asciiLowercased == bytes[end] else {
              return "SignedHeaders must be header names in lower case, joined by semicolons."
            }
            end += 1
          }
          guard end > start else { return "SignedHeaders holds an empty name." }
          guard bytes.precedes(previous, start..<end) else {
            return "SignedHeaders must be sorted, and name each header once."
          }
          previous = start..<end
          start = end + 1
        }
        return nil
      }
      if let problem { throw .malformed(problem) }
    }
  }

  /// `ID/DAY/REGION/SERVICE/aws4_request`, without the region in SigV4a.
  struct Credential: Sendable, Hashable {
    let accessKeyID: Substring
    let day: Substring
    let region: Substring?
    let service: Substring
    /// All but the id.
    let scope: Substring

    init(_ text: Substring, _ algorithm: SigningAlgorithm) throws(VerificationError) {
      let slashes = text.slashes
      guard slashes.count == (algorithm == .hmacSHA256 ? 4 : 3) else {
        throw .malformed(
          algorithm == .hmacSHA256
            ? "Credential must look like ACCESS-KEY-ID/20150830/us-west-2/service/aws4_request."
            : "Credential must look like ACCESS-KEY-ID/20150830/service/aws4_request with SigV4a.")
      }
      let last = slashes.count - 1
      accessKeyID = text[..<slashes[0]]
      scope = text[text.utf8.index(after: slashes[0])...]
      day = text.between(slashes[0], slashes[1])
      region = last == 3 ? text.between(slashes[1], slashes[2]) : nil
      service = text.between(slashes[last - 1], slashes[last])
      let terminator = text[text.utf8.index(after: slashes[last])...]
      guard accessKeyID.isScopeElement, service.isScopeElement, region?.isScopeElement != false else {
        throw .malformed(
          "The access key id, the region and the service in Credential must be visible ASCII, and not empty.")
      }
      guard terminator.utf8.elementsEqual(CredentialScope.terminator.utf8) else {
        throw VerificationError(
          .wrongScope, "The credential scope must end in aws4_request, not in \(String(terminator).debugDescription).")
      }
    }
  }
}

extension Substring {
  fileprivate var slashes: [Index] {
    var slashes: [Index] = []
    slashes.reserveCapacity(4)
    for index in utf8.indices where utf8[index] == 0x2F {
      slashes.append(index)
      if slashes.count > 4 { break }
    }
    return slashes
  }

  fileprivate func between(_ start: Index, _ end: Index) -> Substring {
    self[utf8.index(after: start)..<end]
  }
}

extension Span<UInt8> {
  /// Whether the bytes at `left` sort before those at `right`, byte by byte, the shorter first.
  fileprivate func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    var offset = 0
    while offset < left.count, offset < right.count {
      let first = self[left.lowerBound + offset]
      let second = self[right.lowerBound + offset]
      if first != second { return first < second }
      offset += 1
    }
    return left.count < right.count
  }
}
