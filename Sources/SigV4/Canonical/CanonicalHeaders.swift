/// The header lines of a canonical request, and the list of their names.
///
/// Names in lower case, sorted; the values of a repeated name joined by a comma in the order they were sent; white
/// space at the ends removed, each run of it inside, folds included, turned into one space
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1; RFC 9110, 5.2 and 5.5).
struct CanonicalHeaders: ~Copyable {
  /// Which headers of a request are signed.
  enum Selection {
    /// Every header but those in ``UnsignedHeader/all``, and but the session token where it is added after signing.
    case signable(SessionTokenRule)
    /// The headers that a signature lists, joined by `;`: what a verifier reads.
    case listed(String)
    /// All of them: the trailers of a chunked payload, which have no host among them.
    case trailers
  }

  private struct Entry {
    var name: Range<Int>
    var header: Int
  }

  private var names = ByteBuffer(capacity: 256)
  private var entries: [Entry] = []

  /// Collects and sorts the headers to sign, in place of those collected before.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token, and for a request, but not for trailers, without
  ///   exactly one host.
  mutating func collect(_ headers: [HeaderField], _ selection: Selection) throws(SigningError) {
    names.removeAll()
    entries.removeAll(keepingCapacity: true)
    for (index, header) in headers.enumerated() {
      let start = names.count
      guard names.appendLowercasedToken(header.name) else {
        throw SigningError(
          .invalidHeader, "The name of header \(index + 1) isn't a token (RFC 9110): \(header.name.debugDescription).")
      }
      let name = start..<names.count
      if isSelected(name, selection) {
        entries.append(Entry(name: name, header: index))
      } else {
        names.truncate(to: start)
      }
    }
    // The order of equal names is the order they were sent in.
    entries.sort { left, right in
      let order = names.compare(left.name, right.name)
      return order != 0 ? order < 0 : left.header < right.header
    }
    if case .trailers = selection { return }
    try checkHost(headers)
  }

  private borrowing func isSelected(_ name: Range<Int>, _ selection: Selection) -> Bool {
    switch selection {
    case .signable(let tokenRule):
      return !UnsignedHeader.contains(name, of: names)
        && !(tokenRule == .addedAfterSigning && names.holds("x-amz-security-token", in: name))
    case .listed(let list):
      let name = names.string(name)
      return list.utf8.split(separator: 0x3B).contains { $0.elementsEqual(name.utf8) }
    case .trailers:
      return true
    }
  }

  private borrowing func checkHost(_ headers: [HeaderField]) throws(SigningError) {
    var hosts = 0
    for entry in entries where names.holds("host", in: entry.name) {
      guard headers[entry.header].value.utf8.contains(where: { $0 > 0x20 }) else { continue }
      hosts += 1
    }
    guard hosts == 1 else {
      throw SigningError(
        .missingHost,
        hosts == 0
          ? "The request has no Host header; set it to the host that the request is sent to."
          : "The request has several Host headers; servers refuse that.")
    }
  }

  /// Appends a line `name:value` for each name.
  ///
  /// - Throws: ``SigningError`` for a value with a NUL or a line break that isn't a fold.
  func appendLines(of headers: [HeaderField], to buffer: inout ByteBuffer) throws(SigningError) {
    var previous: Range<Int>?
    for entry in entries {
      if let previous, names.compare(previous, entry.name) == 0 {
        buffer.append(0x2C)
      } else {
        if previous != nil { buffer.append(0x0A) }
        buffer.append(entry.name, of: names)
        buffer.append(0x3A)
      }
      previous = entry.name
      guard buffer.appendSqueezed(headers[entry.header].value) else {
        throw SigningError(
          .invalidHeader,
          "The value of header \(names.string(entry.name)) holds a NUL, or a line break that isn't followed by white space."
        )
      }
    }
    buffer.append(0x0A)
  }

  /// Appends the names, joined by `;`.
  func appendNames(to buffer: inout ByteBuffer) {
    var previous: Range<Int>?
    for entry in entries {
      if let previous {
        if names.compare(previous, entry.name) == 0 { continue }
        buffer.append(0x3B)
      }
      buffer.append(entry.name, of: names)
      previous = entry.name
    }
  }
}

extension ByteBuffer {
  /// Appends a header name in lower case; false, with something appended, where it is empty or not a token.
  fileprivate mutating func appendLowercasedToken(_ name: String) -> Bool {
    name.withBytes { bytes in
      for index in bytes.indices {
        guard bytes[index].isTokenCharacter else { return false }
        append(bytes[index].asciiLowercased)
      }
      return !bytes.isEmpty
    }
  }

  /// Appends a header value with its white space squeezed; false where it holds what no server takes.
  fileprivate mutating func appendSqueezed(_ value: String) -> Bool {
    value.withBytes { bytes in
      let start = count
      var index = 0
      var pendingSpace = false
      while index < bytes.count {
        let byte = bytes[index]
        switch byte {
        case 0x00:
          return false
        case 0x09...0x0D, 0x20:
          if byte == 0x0A || byte == 0x0D, !bytes.isFold(at: index) { return false }
          pendingSpace = true
          index += 1
        default:
          if pendingSpace, count > start { append(0x20) }
          pendingSpace = false
          if byte < 0x20 {
            append(byte)
            index += 1
          } else {
            index = appendVisible(bytes, from: index)
          }
        }
      }
      return true
    }
  }
}

extension Span<UInt8> {
  /// Whether the line break at `index` is followed by a space or a tab, after the rest of the line break.
  fileprivate func isFold(at index: Int) -> Bool {
    var next = index + 1
    if self[index] == 0x0D, next < count, self[next] == 0x0A { next += 1 }
    return next < count && (self[next] == 0x20 || self[next] == 0x09)
  }
}

extension UInt8 {
  /// A character of RFC 9110's `token`: letters, digits and ``!#$%&'*+-.^_`|~``.
  var isTokenCharacter: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x7C, 0x7E: true
    default: false
    }
  }
}
