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

    var isHost: Bool { prefix == 0x686F_7374_0000_0000 }
    /// Whether the name begins with `x-amz-`.
    var isAmazonHeader: Bool { prefix >> 16 == 0x782D_616D_7A2D && name.count > 6 }
  }

  /// A name that headers are looked for under.
  private struct KnownName {
    /// The place in `names`.
    var name: Range<Int>
    /// The name's first eight bytes.
    var prefix: UInt64
  }

  /// In lower case: the names that are never signed, and after them those of the request and of a signature's list.
  private var names = ByteBuffer(capacity: 512)
  private var entries: [Entry] = []
  /// The place in the request of a header whose name isn't a token.
  private var invalid: Int?
  /// The names that a signature lists; empty where it is made, not verified.
  private var listed: [KnownName] = []
  /// The places in the request of each `X-Amz-…` that isn't selected.
  private(set) var unselectedAmazonHeaders: [Int] = []
  /// The names that are never signed, and their shapes; kept here, where looking one up is cheap.
  private var unsigned: [KnownName] = []
  private let unsignedShapes = UnsignedHeader.shapes

  init() {
    for name in UnsignedHeader.all.keys {
      let start = names.count
      names.append(name)
      unsigned.append(KnownName(name: start..<names.count, prefix: names.prefix(of: start..<names.count)))
    }
  }

  /// Reads, selects and sorts the headers to sign, in place of those read before.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token.
  mutating func collect(_ headers: [HeaderField], _ selection: Selection) throws(SigningError) {
    read(headers)
    try select(selection, of: headers)
  }

  /// Reads the names of all headers, in place of those read before.
  mutating func read(_ headers: [HeaderField]) {
    names.truncate(to: unsigned.last?.name.upperBound ?? 0)
    entries.removeAll(keepingCapacity: true)
    invalid = nil
    let fields = headers.span  // whose elements are read in place
    for index in fields.indices {
      let start = names.count
      let isToken = fields[index].name.withBytes { names.appendLowercasedToken($0) }
      if !isToken, invalid == nil { invalid = index }
      let name = start..<names.count
      entries.append(Entry(name: name, prefix: names.prefix(of: name), header: index))
    }
  }

  /// Whether the header at `index` of those that were read is called `name`, given in lower case; to be asked before some
  /// are selected.
  func isNamed(_ name: StaticString, at index: Int) -> Bool {
    index < entries.count && names.holds(name, in: entries[index].name)
  }

  /// Keeps the headers to sign of those that were read from `headers`, and sorts them.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token.
  mutating func select(_ selection: Selection, of headers: [HeaderField]) throws(SigningError) {
    if let invalid {
      throw SigningError(
        .invalidHeader,
        "The name of header \(invalid + 1) isn't a token (RFC 9110): \(headers[invalid].name.debugDescription).")
    }
    listed.removeAll(keepingCapacity: true)
    unselectedAmazonHeaders.removeAll(keepingCapacity: true)
    if case .listed(let text, let range) = selection { readList(text, range) }
    var kept = 0
    for index in entries.indices {
      let entry = entries[index]
      if isSelected(entry, selection) {
        if kept < index { entries[kept] = entry }
        kept += 1
      } else if entry.isAmazonHeader {
        unselectedAmazonHeaders.append(entry.header)
      }
    }
    if kept < entries.count { entries.removeLast(entries.count - kept) }
    entries.sortFew { names.precedes($0, $1) }
  }

  private mutating func readList(_ text: String, _ range: Range<Int>) {
    text.withBytes { text in
      let list = text.extracting(range)
      let first = names.count
      names.append(list)
      var start = 0
      while let item = list.item(at: start) {
        let name = first + item.lowerBound..<first + item.upperBound
        listed.append(KnownName(name: name, prefix: names.prefix(of: name)))
        start = item.upperBound + 1
      }
    }
  }

  private borrowing func isSelected(_ entry: Entry, _ selection: Selection) -> Bool {
    switch selection {
    case .signable(let tokenRule):
      // Most names are told by their shape.
      let shape = UnsignedHeader.shape(firstByte: names[entry.name.lowerBound], count: entry.name.count)
      return !(unsignedShapes & shape != 0 && isOne(of: unsigned, entry))
        && !(tokenRule == .addedAfterSigning && names.holds("x-amz-security-token", in: entry.name))
    case .listed:
      return isOne(of: listed, entry)
    case .trailers:
      return true
    }
  }

  private borrowing func isOne(of known: [KnownName], _ entry: Entry) -> Bool {
    let known = known.span
    for index in known.indices where known[index].prefix == entry.prefix {
      if names.compare(known[index].name, entry.name) == 0 { return true }
    }
    return false
  }

  /// Refuses a request without exactly one host.
  func checkHost(in headers: [HeaderField]) throws(SigningError) {
    let fields = headers.span
    let entries = entries.span
    var hosts = 0
    for index in entries.indices where entries[index].isHost {
      if fields[entries[index].header].value.withBytes({ !$0.isBlank }) { hosts += 1 }
    }
    guard hosts == 1 else {
      throw SigningError(
        .missingHost,
        hosts == 0
          ? "The request has no Host header; set it to the host that the request is sent to."
          : "The request has several Host headers; servers refuse that.")
    }
  }

  /// Whether each name that a signature lists is there.
  var hasAllListed: Bool {
    let entries = entries.span
    var count = 0
    for index in entries.indices where !isRepeated(index, in: entries) { count += 1 }
    return count == listed.count
  }

  /// Appends a line `name:value` for each name.
  ///
  /// - Throws: ``SigningError`` for a value with a NUL or a line break that isn't a fold.
  func appendLines(of headers: [HeaderField], to buffer: inout ByteBuffer) throws(SigningError) {
    let fields = headers.span
    let entries = entries.span
    for index in entries.indices {
      let entry = entries[index]
      if isRepeated(index, in: entries) {
        buffer.append(0x2C)
      } else {
        if index > 0 { buffer.append(0x0A) }
        buffer.append(entry.name, of: names)
        buffer.append(0x3A)
      }
      guard buffer.appendSqueezed(fields[entry.header].value) else {
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
    let entries = entries.span
    for index in entries.indices where !isRepeated(index, in: entries) {
      if index > 0 { buffer.append(0x3B) }
      buffer.append(entries[index].name, of: names)
    }
  }

  /// Whether the entry before has the same name.
  private borrowing func isRepeated(_ index: Int, in entries: Span<Entry>) -> Bool {
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
  /// The item of a list joined by `;` that begins at `start`; `nil` at the end.
  func item(at start: Int) -> Range<Int>? {
    start < count ? start..<(firstIndex(of: 0x3B, from: start) ?? count) : nil
  }

  /// Whether there is nothing but white space.
  fileprivate var isBlank: Bool {
    for index in indices where self[index] > 0x20 { return false }
    return true
  }

  /// Whether the line break at `index` is followed by a space or a tab, after the rest of the line break.
  fileprivate func isFold(at index: Int) -> Bool {
    var next = index + 1
    if self[index] == 0x0D, next < count, self[next] == 0x0A { next += 1 }
    return next < count && (self[next] == 0x20 || self[next] == 0x09)
  }
}

extension UInt8 {
  /// A character of RFC 9110's `token`: letters, digits and ``!#$%&'*+-.^_`|~``.
  var isTokenCharacter: Bool { isLowercaseTokenCharacter || self &- 0x41 < 26 }

  /// A character of a token, but no upper-case letter.
  var isLowercaseTokenCharacter: Bool {
    let bits: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C000_0000
    return self < 128 && bits &>> UInt64(self) & 1 == 1
  }
}
