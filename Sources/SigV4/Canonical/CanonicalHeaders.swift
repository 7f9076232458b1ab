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

  /// A line `name:value`, as places in `text`.
  fileprivate struct Entry {
    var start: Int
    /// Where the colon stands.
    var nameEnd: Int
    var end: Int
    /// The name's first eight bytes, which mostly tell two names apart.
    var prefix: UInt64
    /// The place in the request; `nil` for one that signing adds.
    var header: Int?

    var name: Range<Int> { start..<nameEnd }
    var value: Range<Int> { nameEnd + 1..<end }
    var isHost: Bool { prefix == 0x686F_7374_0000_0000 }
    /// Whether the name begins with `x-amz-`.
    var isAmazonHeader: Bool { prefix >> 16 == 0x782D_616D_7A2D && name.count > 6 }
  }

  /// A name that headers are looked for under.
  private struct KnownName {
    /// The place in `text`.
    var name: Range<Int>
    /// The name's first eight bytes.
    var prefix: UInt64
  }

  /// The names that are never signed, and after them the lines of the request and the names of a signature's list.
  private var text = ByteBuffer(capacity: 2048)
  private var entries: [Entry] = []
  /// What is wrong with the first header that no server takes.
  private var problem: Problem?
  /// The names that a signature lists; empty where it is made, not verified.
  private var listed: [KnownName] = []
  /// The places in the request of each `X-Amz-…` that isn't selected.
  private(set) var unselectedAmazonHeaders: [Int] = []
  /// The names that are never signed, and their shapes; kept here, where looking one up is cheap.
  private var unsigned: [KnownName] = []
  private let unsignedShapes = UnsignedHeader.shapes

  fileprivate enum Problem {
    case name(header: Int)
    case value(header: Int)
  }

  init() {
    for name in UnsignedHeader.all.keys {
      let start = text.count
      text.append(name)
      unsigned.append(KnownName(name: start..<text.count, prefix: text.prefix(of: start..<text.count)))
    }
  }

  /// Reads, selects and sorts the headers to sign, in place of those read before.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token, and a value with a NUL or a line break that isn't a fold.
  mutating func collect(_ headers: [HeaderField], _ selection: Selection) throws(SigningError) {
    read(headers)
    try select(selection, of: headers)
  }

  /// Reads all headers, in place of those read before.
  mutating func read(_ headers: [HeaderField]) {
    text.truncate(to: unsigned.last?.name.upperBound ?? 0)
    entries.removeAll(keepingCapacity: true)
    problem = nil
    let fields = headers.span  // whose elements are read in place
    for index in fields.indices {
      let start = text.count
      let isToken = fields[index].name.withBytes { text.appendLowercasedToken($0) }
      let nameEnd = text.count
      text.append(0x3A)
      let isFit = fields[index].value.withBytes { text.appendSqueezed($0) }
      if !(isToken && isFit), problem == nil { problem = isToken ? .value(header: index) : .name(header: index) }
      entries.append(
        Entry(
          start: start, nameEnd: nameEnd, end: text.count, prefix: text.prefix(of: start..<nameEnd), header: index))
    }
  }

  /// Whether the header at `index` of those that were read is called `name`, given in lower case; to be asked before some
  /// are selected.
  func isNamed(_ name: StaticString, at index: Int) -> Bool {
    index < entries.count && text.holds(name, in: entries[index].name)
  }

  /// Whether a list of `byteCount` bytes can name nothing but headers that were read, each once.
  func canBe(listedIn byteCount: Int) -> Bool {
    let entries = entries.span
    var longest = 0
    for index in entries.indices { longest += entries[index].name.count + 1 }
    return byteCount < longest
  }

  /// Keeps the headers to sign of those that were read from `headers`, and sorts them.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token, and a value with a NUL or a line break that isn't a fold.
  mutating func select(_ selection: Selection, of headers: [HeaderField]) throws(SigningError) {
    if let problem { throw problem.error(in: headers) }
    listed.removeAll(keepingCapacity: true)
    unselectedAmazonHeaders.removeAll(keepingCapacity: true)
    if case .listed(let text, let range) = selection { readList(text, range) }
    var kept = 0
    for index in entries.indices {
      let entry = entries[index]
      if isSelected(entry, selection) {
        if kept < index { entries[kept] = entry }
        kept += 1
      } else if entry.isAmazonHeader, let header = entry.header {
        unselectedAmazonHeaders.append(header)
      }
    }
    if kept < entries.count { entries.removeLast(entries.count - kept) }
    entries.sortFew { text.precedes($0, $1) }
  }

  /// Adds a header to those that were selected, in its place: one that signing sets, whose name is in lower case, and
  /// whose value has no white space.
  mutating func add(_ name: StaticString, _ value: String) {
    let start = text.count
    text.append(name)
    let nameEnd = text.count
    text.append(0x3A)
    text.append(value)
    entries.append(
      Entry(start: start, nameEnd: nameEnd, end: text.count, prefix: text.prefix(of: start..<nameEnd), header: nil))
    entries.moveToPlace(from: entries.count - 1) { text.precedes($0, $1) }
  }

  private mutating func readList(_ list: String, _ range: Range<Int>) {
    list.withBytes { bytes in
      let list = bytes.extracting(range)
      let first = text.count
      text.append(list)
      var start = 0
      while let item = list.item(at: start) {
        let name = first + item.lowerBound..<first + item.upperBound
        listed.append(KnownName(name: name, prefix: text.prefix(of: name)))
        start = item.upperBound + 1
      }
    }
  }

  private borrowing func isSelected(_ entry: Entry, _ selection: Selection) -> Bool {
    switch selection {
    case .signable(let tokenRule):
      // Most names are told by their shape.
      let shape = UnsignedHeader.shape(firstByte: text[entry.start], count: entry.name.count)
      return !(unsignedShapes & shape != 0 && isOne(of: unsigned, entry))
        && !(tokenRule == .addedAfterSigning && text.holds("x-amz-security-token", in: entry.name))
    case .listed:
      return isOne(of: listed, entry)
    case .trailers:
      return true
    }
  }

  private borrowing func isOne(of known: [KnownName], _ entry: Entry) -> Bool {
    let known = known.span
    for index in known.indices where known[index].prefix == entry.prefix {
      if text.isEqual(known[index].name, entry.name) { return true }
    }
    return false
  }

  /// Refuses a request without exactly one host.
  func checkHost() throws(SigningError) {
    let entries = entries.span
    var hosts = 0
    for index in entries.indices where entries[index].isHost && !entries[index].value.isEmpty { hosts += 1 }
    guard hosts == 1 else {
      throw SigningError(
        .missingHost,
        hosts == 0
          ? "The request has no Host header; set it to the host that the request is sent to."
          : "The request has several Host headers; servers refuse that.")
    }
  }

  /// Whether the names of the selected headers are the list that a signature gives: all are there, in lower case, sorted,
  /// and none is listed twice.
  var areExactlyListed: Bool {
    let entries = entries.span
    let listed = listed.span
    var count = 0
    for index in entries.indices where !isRepeated(index, in: entries) {
      guard count < listed.count, text.isEqual(listed[count].name, entries[index].name) else { return false }
      count += 1
    }
    return count == listed.count
  }

  /// Whether a host is among the selected headers.
  var hasHost: Bool {
    let entries = entries.span
    for index in entries.indices where entries[index].isHost { return true }
    return false
  }

  /// Appends a line `name:value` for each name.
  func appendLines(to buffer: inout ByteBuffer) {
    let entries = entries.span
    for index in entries.indices {
      let entry = entries[index]
      if isRepeated(index, in: entries) {
        buffer.append(0x2C)
        buffer.append(entry.value, of: text)
      } else {
        if index > 0 { buffer.append(0x0A) }
        buffer.append(entry.start..<entry.end, of: text)
      }
    }
    buffer.append(0x0A)
  }

  /// Appends the names, joined by `;`.
  func appendNames(to buffer: inout ByteBuffer) {
    let entries = entries.span
    for index in entries.indices where !isRepeated(index, in: entries) {
      if index > 0 { buffer.append(0x3B) }
      buffer.append(entries[index].name, of: text)
    }
  }

  /// Whether the entry before has the same name.
  private borrowing func isRepeated(_ index: Int, in entries: Span<Entry>) -> Bool {
    guard index > 0, entries[index].prefix == entries[index - 1].prefix else { return false }
    return text.isEqual(entries[index].name, entries[index - 1].name)
  }
}

extension CanonicalHeaders.Problem {
  fileprivate func error(in headers: [HeaderField]) -> SigningError {
    switch self {
    case .name(let index):
      SigningError(
        .invalidHeader,
        "The name of header \(index + 1) isn't a token (RFC 9110): \(headers[index].name.debugDescription).")
    case .value(let index):
      SigningError(
        .invalidHeader,
        "The value of header \(headers[index].name) holds a NUL, or a line break that isn't followed by white space.")
    }
  }
}

extension ByteBuffer {
  fileprivate func precedes(_ left: CanonicalHeaders.Entry, _ right: CanonicalHeaders.Entry) -> Bool {
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    let order = compare(left.name, right.name)
    return order != 0 ? order < 0 : left.start < right.start
  }

  /// Appends a header value with its white space squeezed; false where it holds what no server takes.
  fileprivate mutating func appendSqueezed(_ value: Span<UInt8>) -> Bool {
    // Most values hold no white space, tokens among them, or spaces alone.
    let lowest = value.lowest
    guard lowest < 0x20 else {
      if lowest > 0x20 { append(value) } else { appendWords(of: value) }
      return true
    }
    let start = count
    var pendingSpace = false
    for index in value.indices {
      let byte = value[index]
      switch byte {
      case 0x00:
        return false
      case 0x09...0x0D, 0x20:
        if byte == 0x0A || byte == 0x0D, !value.isFold(at: index) { return false }
        pendingSpace = true
      default:
        if pendingSpace, count > start { append(0x20) }
        pendingSpace = false
        append(byte)
      }
    }
    return true
  }

  /// Appends what stands between the spaces of `value`, joined by one.
  private mutating func appendWords(of value: Span<UInt8>) {
    let start = count
    var index = 0
    while index < value.count {
      let end = value.firstIndex(of: 0x20, from: index) ?? value.count
      if index < end {
        if count > start { append(0x20) }
        append(value.extracting(index..<end))
      }
      index = end + 1
    }
  }
}

extension Span<UInt8> {
  /// The item of a list joined by `;` that begins at `start`; `nil` at the end.
  func item(at start: Int) -> Range<Int>? {
    start < count ? start..<(firstIndex(of: 0x3B, from: start) ?? count) : nil
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
