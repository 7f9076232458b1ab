// The checks of what a server at the edge rejects too, whoever has signed it.
extension Verifier {
  /// Checks the method, the target and the headers of `request`, which `headers` has read.
  func checkMessage(
    _ request: SignableRequest, _ headers: borrowing CanonicalHeaders
  ) throws(VerificationError) {
    guard request.method.withBytes({ $0.isToken }) else {
      throw VerificationError(.invalidRequest, "The method isn't a token (RFC 9110, 9.1).")
    }
    let flaw = request.target.withBytes { TargetFlaw(in: $0, service.pathNormalization, nonCanonicalTargets) }
    if let flaw {
      throw VerificationError(flaw.isInvalid ? .invalidRequest : .nonCanonicalTarget, flaw.message)
    }
    do { try headers.check(request.headers) } catch { throw VerificationError(error) }
    if headers.mayContainControls { try checkValues(of: request.headers) }
    try checkRouting(request.headers.count, headers)
  }

  /// Refuses control characters in values (RFC 9110, 5.5).
  private func checkValues(of headers: [HeaderField]) throws(VerificationError) {
    for header in headers {
      guard let offset = header.value.withBytes({ $0.firstControlCharacter }) else { continue }
      throw VerificationError(
        .invalidRequest, "The value of header \(header.name) contains a control character at byte \(offset).")
    }
  }

  /// Checks what says where the request goes (RFC 9112, 3.2) and where its body ends (RFC 9112, 6.3).
  private func checkRouting(_ count: Int, _ headers: borrowing CanonicalHeaders) throws(VerificationError) {
    var (hosts, lengths, isChunked) = (0, 0, false)
    for index in 0..<count {
      // Most headers are told by their length.
      switch headers.nameLength(at: index) {
      case 4 where headers.isNamed("host", at: index):
        hosts += 1
        guard headers.withValue(at: index, { $0.isHost }) else {
          throw VerificationError(
            .invalidRequest, "Host must be a host name or an address, and a port if any (RFC 9112, 3.2).")
        }
      case 14 where headers.isNamed("content-length", at: index):
        lengths += 1
        guard headers.withValue(at: index, { $0.isDecimal }) else {
          throw VerificationError(.invalidRequest, "Content-Length must be a number of bytes (RFC 9110, 8.6).")
        }
      case 17 where headers.isNamed("transfer-encoding", at: index): isChunked = true
      default: break
      }
    }
    guard hosts < 2 else {
      throw VerificationError(.invalidRequest, "The request has several Host headers; send one (RFC 9112, 3.2).")
    }
    guard lengths < 2, lengths == 0 || !isChunked else {
      throw VerificationError(
        .invalidRequest,
        "The request has several Content-Length headers, or one beside Transfer-Encoding, so its end is in doubt (RFC 9112, 6.3)."
      )
    }
  }
}

extension Span<UInt8> {
  /// Where the first byte stands that no field value contains: a control character other than a tab, but for CR LF before a
  /// space or a tab, which folds a line (RFC 9112, 5.2).
  var firstControlCharacter: Int? {
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

  /// Whether this is a number without a sign.
  fileprivate var isDecimal: Bool {
    for index in indices where self[index] &- UInt8(ascii: "0") > 9 { return false }
    return !isEmpty
  }

  private func isFold(at index: Int) -> Bool {
    index + 2 < count && self[index + 1] == UInt8(ascii: "\n")
      && (self[index + 2] == UInt8(ascii: " ") || self[index + 2] == UInt8(ascii: "\t"))
  }
}

extension Span<UInt8> {
  /// Whether this is a host, and a port if any (RFC 9110, 7.2; RFC 3986, 3.2.2), but for two things: a host of an HTTP URL
  /// isn't empty, and a comma joins the values of several headers.
  fileprivate var isHost: Bool {
    guard 16...64 ~= count else { return isHostOfAnyLength }
    // Most hosts: four pieces at once, which overlap if there are fewer bytes, so that the compiler needs no loop.
    let last = count - 16
    let first = extracting(..<16)
    let second = extracting(min(16, last)..<min(16, last) + 16)
    let third = extracting(min(32, last)..<min(32, last) + 16)
    let fourth = extracting(last..<last + 16)
    var others: UInt8 = 0
    for index in 0..<16 {
      others |=
        first[index].otherThanInHosts | second[index].otherThanInHosts
        | third[index].otherThanInHosts | fourth[index].otherThanInHosts
    }
    return others == 0 || isHostOfAnyLength
  }

  @inline(never)
  private var isHostOfAnyLength: Bool {
    guard !isEmpty else { return false }
    let isAddress = self[0] == UInt8(ascii: "[")
    guard let end = isAddress ? firstIndex(of: UInt8(ascii: "]")) : firstIndex(of: UInt8(ascii: ":")) ?? count else {
      return false
    }
    let port = isAddress ? end + 1 : end
    guard port == count || self[port] == UInt8(ascii: ":") && extracting((port + 1)...).isDigits else { return false }
    return isAddress ? extracting(1..<end).isAddress : extracting(..<end).isName
  }

  /// An IPv6 address, and after `%25` the zone of a link-local one (RFC 6874).
  private var isAddress: Bool {
    let end = firstIndex(of: UInt8(ascii: "%")) ?? count
    for index in 0..<end where !self[index].isAddressCharacter { return false }
    guard end < count else { return end > 0 }
    return end > 0 && PercentEncoding.decodedByte(at: end, in: self) == UInt8(ascii: "%")
      && extracting((end + 3)...).isName
  }

  private var isName: Bool {
    var index = 0
    while index < count {
      if PercentEncoding.decodedByte(at: index, in: self) != nil {
        index += 3
      } else if self[index].isHostCharacter, self[index] != UInt8(ascii: ",") {
        index += 1
      } else {
        return false
      }
    }
    return !isEmpty
  }

  private var isDigits: Bool { isEmpty || isDecimal }
}

extension UInt8 {
  /// Whether this isn't a letter, a digit, `-` or `.`, as 0 or 1: without a branch, so that many are looked at at a time.
  @inline(__always)
  fileprivate var otherThanInHosts: UInt8 {
    let isNoLetter: UInt8 = (self | 0x20) &- UInt8(ascii: "a") < 26 ? 0 : 1
    let isNoMark: UInt8 = self &- UInt8(ascii: "-") < 13 ? 0 : 1
    let isSlash: UInt8 = self == UInt8(ascii: "/") ? 1 : 0
    return isNoLetter & isNoMark | isSlash
  }
}
