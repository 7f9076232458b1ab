// The checks of what a server at the edge rejects too, whoever has signed it.
extension Verifier {
  /// Checks the method, the target and the headers of `request` as HTTP has them.
  func checkMessage(_ request: SignableRequest) throws(VerificationError) {
    guard request.method.withBytes({ $0.isToken }) else {
      throw VerificationError(
        .invalidRequest, "The method isn't a token (RFC 9110, 9.1): \(request.method.debugDescription).")
    }
    let flaw = request.target.withBytes { TargetFlaw(in: $0, service.pathNormalization, nonCanonicalTargets) }
    if let flaw {
      throw VerificationError(flaw.isInvalid ? .invalidRequest : .nonCanonicalTarget, flaw.message)
    }
    try checkFields(of: request)
  }

  /// Checks values (RFC 9110, 5.5), `Host` (RFC 9112, 3.2), and the length of the body (RFC 9112, 6.3).
  private func checkFields(of request: SignableRequest) throws(VerificationError) {
    var hosts = 0
    var length: String?
    var isChunked = false
    let headers = request.headers.span  // whose elements are read in place
    for index in headers.indices {
      if let offset = headers[index].value.withBytes({ $0.firstControlCharacter }) {
        throw VerificationError(
          .invalidRequest,
          "The value of header \(headers[index].name.debugDescription) contains a control character at byte \(offset).")
      }
      // Most headers are told by their length.
      switch headers[index].name.utf8.count {
      case 4 where headers[index].isNamed("host"):
        hosts += 1
        guard headers[index].value.withBytes({ $0.isHost }) else {
          throw VerificationError(
            .invalidRequest, "Host must be a host name or an address, and a port if any (RFC 9112, 3.2).")
        }
      case 14 where headers[index].isNamed("content-length"):
        guard length == nil, headers[index].value.isDecimal else {
          throw VerificationError(
            .invalidRequest,
            "The request must have one Content-Length at most, a number of bytes (RFC 9110, 8.6).")
        }
        length = headers[index].value
      case 17 where headers[index].isNamed("transfer-encoding"): isChunked = true
      default: break
      }
    }
    guard hosts < 2 else {
      throw VerificationError(.invalidRequest, "The request has several Host headers; send one (RFC 9112, 3.2).")
    }
    guard !isChunked || length == nil else {
      throw VerificationError(
        .invalidRequest,
        "The request has both Transfer-Encoding and Content-Length, so its end is in doubt (RFC 9112, 6.3). Send one of them."
      )
    }
  }
}

extension Span<UInt8> {
  /// Where the first byte stands that no field value contains: a control character other than a tab, but for CR LF before a
  /// space or a tab, which folds a line (RFC 9112, 5.2).
  var firstControlCharacter: Int? {
    // To the end, so that the compiler can look at many bytes at a time.
    var isControl: UInt8 = 0
    for index in indices {
      let byte = self[index]
      isControl |= (byte < 0x20 && byte != UInt8(ascii: "\t") ? 1 : 0) | (byte == 0x7F ? 1 : 0)
    }
    guard isControl != 0 else { return nil }
    var index = 0
    while index < count {
      switch self[index] {
      case UInt8(ascii: "\r") where isFold(at: index): index += 3
      case UInt8(ascii: "\t"): index += 1
      case 0..<0x20, 0x7F: return index
      default: index += 1
      }
    }
    return nil
  }

  /// Whether nothing here separates a host from anything but its port: no comma, slash, backslash, `?`, `#` or `@`, and no
  /// white space but at the ends.
  fileprivate var isHost: Bool {
    var (start, end) = (0, count)
    while start < end, self[start] <= 0x20 { start += 1 }
    while end > start, self[end - 1] <= 0x20 { end -= 1 }
    // To the end, as above.
    var isOther: UInt8 = 0
    for index in start..<end {
      let byte = self[index]
      isOther |=
        (byte &- 0x21 < 0x5E ? 0 : 1) | (byte == UInt8(ascii: ",") ? 1 : 0) | (byte == UInt8(ascii: "/") ? 1 : 0)
      isOther |= (byte == UInt8(ascii: "\\") ? 1 : 0) | (byte == UInt8(ascii: "?") ? 1 : 0)
      isOther |= (byte == UInt8(ascii: "#") ? 1 : 0) | (byte == UInt8(ascii: "@") ? 1 : 0)
    }
    return isOther == 0
  }

  private func isFold(at index: Int) -> Bool {
    index + 2 < count && self[index + 1] == UInt8(ascii: "\n")
      && (self[index + 2] == UInt8(ascii: " ") || self[index + 2] == UInt8(ascii: "\t"))
  }
}

extension String {
  /// Whether this is a number without a sign, and with nothing around it but white space.
  fileprivate var isDecimal: Bool {
    let digits = self[...].trimmingSpaces.utf8
    return !digits.isEmpty && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
