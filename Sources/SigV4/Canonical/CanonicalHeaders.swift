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
    /// The headers that a signature lists, joined by `;`, at a place in a text: what a verifier reads.
    case listed(String, Range<Int>)
    /// All of them: the trailers of a chunked payload, which have no host among them.
    case trailers
  }

  fileprivate struct Entry {
    /// The place in `names`.
    var name: Range<Int>
    /// The name's first eight bytes, which mostly tell two names apart.
    var prefix: UInt64
    /// The place in the request.
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
    if case .listed(let text, let range) = selection { text.withBytes { names.append($0.extracting(range)) } }
    let listed = 0..<names.count
    for index in headers.indices {
      let start = names.count
      guard headers[index].name.withBytes({ names.appendLowercasedToken($0) }) else {
        throw SigningError(
          .invalidHeader,
          "The name of header \(index + 1) isn't a token (RFC 9110): \(headers[index].name.debugDescription).")
      }
      let name = start..<names.count
      if isSelected(name, selection, listed) {
        entries.append(Entry(name: name, prefix: names.prefix(of: name), header: index))
      } else {
        names.truncate(to: start)
      }
    }
    sort()
    if case .trailers = selection { return }
    try checkHost(headers)
  }

  /// Sorts by name; the order of equal names is the order they were sent in.
  private mutating func sort() {
    guard entries.count <= 32 else {
      entries.sort { names.precedes($0, $1) }
      return
    }
    // By insertion, which takes no memory of its own and is the fastest for few.
    for index in entries.indices.dropFirst() {
      let entry = entries[index]
      var place = index
      while place > 0, names.precedes(entry, entries[place - 1]) {
        entries[place] = entries[place - 1]
        place -= 1
      }
      entries[place] = entry
    }
  }

  private borrowing func isSelected(_ name: Range<Int>, _ selection: Selection, _ listed: Range<Int>) -> Bool {
    switch selection {
    case .signable(let tokenRule):
      return !UnsignedHeader.contains(name, of: names)
        && !(tokenRule == .addedAfterSigning && names.holds("x-amz-security-token", in: name))
    case .listed:
      return names.contains(name, inList: listed, separator: 0x3B)
    case .trailers:
      return true
    }
  }

  private borrowing func checkHost(_ headers: [HeaderField]) throws(SigningError) {
    var hosts = 0
    for entry in entries where entry.prefix == 0x686F_7374_0000_0000 {  // host
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
    for (index, entry) in entries.enumerated() {
      if isRepeated(index) {
        buffer.append(0x2C)
      } else {
        if index > 0 { buffer.append(0x0A) }
        buffer.append(entry.name, of: names)
        buffer.append(0x3A)
      }
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
    for (index, entry) in entries.enumerated() where !isRepeated(index) {
      if index > 0 { buffer.append(0x3B) }
      buffer.append(entry.name, of: names)
    }
  }

  /// Whether the entry before has the same name.
  private borrowing func isRepeated(_ index: Int) -> Bool {
    guard index > 0, entries[index].prefix == entries[index - 1].prefix else { return false }
    return names.compare(entries[index].name, entries[index - 1].name) == 0
  }
}

extension ByteBuffer {
  fileprivate func precedes(_ left: CanonicalHeaders.Entry, _ right: CanonicalHeaders.Entry) -> Bool {
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    let order = compare(left.name, right.name)
    return order != 0 ? order < 0 : left.header < right.header
  }

  /// Appends a header value with its white space squeezed; false where it holds what no server takes.
  fileprivate mutating func appendSqueezed(_ value: String) -> Bool {
    value.withBytes { bytes in
      // Most values hold neither spaces nor control characters, tokens among them.
      guard bytes.lowest <= 0x20 else {
        append(bytes)
        return true
      }
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
          append(byte)
          index += 1
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
    guard self < 128 else { return false }
    let bits: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
    return bits >> UInt64(self & 63) & 1 == 1
  }
}
