/// The header lines of a canonical request, and the list of their names.
///
/// Names in lower case, sorted; the values of a repeated name joined by a comma in the order they were sent; white
/// space at the ends removed, each run of it inside, folds included, turned into one space
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1; RFC 9110, 5.2 and 5.5).
struct CanonicalHeaders: ~Copyable {
  /// Which headers of a request are signed.
  enum Selection {
    /// Every header but those in ``UnsignedHeader/all``, and but the session token where it is added after signing.
    case signable(SigningService.SessionTokenRule)
    /// Those of the headers that a list names, joined by `;`, in any order.
    case listed(String)
    /// All of them: the trailers of a chunked payload, which have no host among them.
    case trailers
  }

  /// A name, as a place in `text`.
  fileprivate struct Name {
    var range: Range<Int>
    /// The first eight bytes, which mostly tell two names apart.
    var prefix: UInt64
  }

  /// A line `name:value` in `text`.
  fileprivate struct Entry {
    var name: Name
    /// Where the value ends, which begins after the name and a colon.
    var end: Int
    /// The place in the request; `nil` for one that signing adds.
    var header: Int?

    var line: Range<Int> { name.range.lowerBound..<end }
    var value: Range<Int> { name.range.upperBound + 1..<end }
    var isHost: Bool { name.prefix == 0x686F_7374_0000_0000 }
    /// Whether the name begins with `x-amz-`.
    var isAmazonHeader: Bool { name.prefix >> 16 == 0x782D_616D_7A2D && name.range.count > 6 }
  }

  /// What no server takes.
  fileprivate enum Problem {
    case name(header: Int)
    case value(header: Int)
  }

  /// The names that are never signed, and after them the lines of the request and the names of a signature's list.
  private(set) var text = ByteBuffer(capacity: 2048)
  private var entries: [Entry] = []
  /// What is wrong with the first header of which something is.
  private var problem: Problem?
  /// Whether a value of those that were read has bytes below 0x20: white space other than spaces, or control characters.
  private var hasLowBytes = false
  /// The names of a list that headers are selected by.
  private var listed: [Name] = []
  /// Whether the headers that ``selectListed`` has kept are all that the list names, each once, and any server takes them.
  private(set) var areExactlyListed = false
  /// The places in the request of each `X-Amz-…` that isn't selected.
  private(set) var unselectedAmazonHeaders: [Int] = []
  /// The names that are never signed, and their shapes; kept here, where looking one up is cheap.
  private var unsigned: [Name] = []
  private let unsignedShapes = UnsignedHeader.shapes

  init() {
    for name in UnsignedHeader.all.keys {
      let start = text.count
      text.append(name)
      unsigned.append(self.name(at: start..<text.count))
    }
  }

  private func name(at range: Range<Int>) -> Name { Name(range: range, prefix: text.prefix(of: range)) }

  /// Reads, selects and sorts the headers to sign, in place of those read before.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token, a value with a NUL or a line break that isn't a fold, and a
  ///   request without exactly one host.
  mutating func collect(_ headers: [HeaderField], _ selection: Selection) throws(SigningError) {
    read(headers)
    try check(headers)
    select(selection)
    if case .trailers = selection { return }
    try checkHost()
  }

  /// Reads all headers, in place of those read before.
  mutating func read(_ headers: [HeaderField]) {
    text.truncate(to: unsigned.last?.range.upperBound ?? 0)
    entries.removeAll(keepingCapacity: true)
    problem = nil
    var hasLowBytes = false
    let fields = headers.span  // whose elements are read in place
    for index in fields.indices {
      let start = text.count
      let isToken = fields[index].name.withBytes { text.appendLowercasedToken($0) }
      let nameEnd = text.count
      text.append(0x3A)
      let isFit = fields[index].value.withBytes { text.appendSqueezed($0, &hasLowBytes) }
      if !(isToken && isFit), problem == nil { problem = isToken ? .value(header: index) : .name(header: index) }
      entries.append(Entry(name: name(at: start..<nameEnd), end: text.count, header: index))
    }
    self.hasLowBytes = hasLowBytes
  }

  /// Forgets what was read and gives memory back, if it is more than most requests need.
  mutating func shrink() {
    text.shrink(keeping: unsigned.last?.range.upperBound ?? 0)
    guard entries.capacity > 1024 || listed.capacity > 1024 || unselectedAmazonHeaders.capacity > 1024 else { return }
    (entries, listed, unselectedAmazonHeaders) = ([], [], [])
  }

  /// Whether the header at `index` of those that were read is called `name`, given in lower case; to be asked before some
  /// are selected.
  func isNamed(_ name: StaticString, at index: Int) -> Bool {
    index < entries.count && text.holds(name, in: entries[index].name.range)
  }

  /// Calls `body` with the name in lower case of the header at `index` of those that were read; to be called before some are
  /// selected.
  func withName<Result>(at index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    text.withBytes(index < entries.count ? entries[index].name.range : 0..<0, body)
  }

  /// The number of bytes in the name of the header at `index` of those that were read; to be asked before some are selected.
  func nameLength(at index: Int) -> Int { index < entries.count ? entries[index].name.range.count : 0 }

  /// Whether a value of those that were read may contain a control character.
  var mayContainControls: Bool {
    hasLowBytes || text.withBytes { $0.firstIndex(of: 0x7F, from: unsigned.last?.range.upperBound ?? 0) != nil }
  }

  /// Calls `body` with the canonical value of the header at `index` of those that were read; to be called before some are
  /// selected.
  func withValue<Result>(at index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    text.withBytes(index < entries.count ? entries[index].value : 0..<0, body)
  }

  /// Refuses `headers`, which were read, where one of them is none that a server takes.
  ///
  /// - Throws: ``SigningError`` for a name that isn't a token, and a value with a NUL or a line break that isn't a fold.
  func check(_ headers: [HeaderField]) throws(SigningError) {
    if let problem { throw problem.error(in: headers) }
  }

  /// Keeps the headers that a signature lists at `range` of `list`, and sorts them, as long as the list has them in their
  /// order; ``areExactlyListed`` says whether it has.
  mutating func selectListed(_ list: String, _ range: Range<Int>) {
    unselectedAmazonHeaders.removeAll(keepingCapacity: true)
    entries.sortFew { text.precedes($0, $1) }
    // Both are sorted, so that the next name in the list is the next to be kept.
    var next = text.count
    list.withBytes { text.append($0.extracting(range)) }
    let end = text.count
    var kept = 0
    for index in entries.indices {
      let entry = entries[index]
      let name = entry.name.range
      let isRepeated = kept > 0 && text.isSame(entries[kept - 1].name, entry.name)
      if isRepeated || text.holdsItem(name, from: next, to: end) {
        if !isRepeated { next += name.count + 1 }
        entries[kept] = entry
        kept += 1
      } else if entry.isAmazonHeader, let header = entry.header {
        unselectedAmazonHeaders.append(header)
      }
    }
    entries.removeLast(entries.count - kept)
    areExactlyListed = problem == nil && next == end + 1
  }

  /// Keeps the headers to sign of those that were read, and sorts them.
  mutating func select(_ selection: Selection) {
    listed.removeAll(keepingCapacity: true)
    unselectedAmazonHeaders.removeAll(keepingCapacity: true)
    if case .listed(let list) = selection { readList(list) }
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
    let entry = Entry(name: self.name(at: start..<nameEnd), end: text.count, header: nil)
    entries.insertSorted(entry) { text.precedes($0, $1) }
  }

  private mutating func readList(_ list: String) {
    let first = text.count
    text.append(list)
    list.withBytes { list in
      var start = 0
      while let item = list.item(at: start) {
        listed.append(name(at: first + item.lowerBound..<first + item.upperBound))
        start = item.upperBound + 1
      }
    }
  }

  private borrowing func isSelected(_ entry: Entry, _ selection: Selection) -> Bool {
    switch selection {
    case .signable(let tokenRule):
      // Most names are told by their shape.
      let name = entry.name.range
      let shape = UnsignedHeader.shape(firstByte: text[name.lowerBound], count: name.count)
      return !(unsignedShapes & shape != 0 && isOne(of: unsigned, entry))
        && !(tokenRule == .addedAfterSigning && text.holds("x-amz-security-token", in: name))
    case .listed:
      return isOne(of: listed, entry)
    case .trailers:
      return true
    }
  }

  private borrowing func isOne(of known: [Name], _ entry: Entry) -> Bool {
    let known = known.span
    for index in known.indices where text.isSame(known[index], entry.name) { return true }
    return false
  }

  /// Throws for a request without exactly one host.
  private func checkHost() throws(SigningError) {
    let entries = entries.span
    var hosts = 0
    var isEmpty = true
    for index in entries.indices where entries[index].isHost {
      let value = entries[index].value
      hosts += 1
      if !value.isEmpty, text[value.lowerBound] > 0x20 { isEmpty = false }
    }
    guard hosts == 1, !isEmpty else {
      throw SigningError(
        .missingHost,
        isEmpty
          ? "The request has no Host header; set it to the host that the request is sent to."
          : "The request has several Host headers; servers refuse that.")
    }
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
        buffer.append(entry.line, of: text)
      }
    }
    buffer.append(0x0A)
  }

  /// Appends the names, joined by `;`.
  func appendNames(to buffer: inout ByteBuffer, separator: StaticString = ";") {
    let entries = entries.span
    for index in entries.indices where !isRepeated(index, in: entries) {
      if index > 0 { buffer.append(separator) }
      buffer.append(entries[index].name.range, of: text)
    }
  }

  /// Whether the entry before has the same name.
  private borrowing func isRepeated(_ index: Int, in entries: Span<Entry>) -> Bool {
    guard index > 0 else { return false }
    return text.isSame(entries[index].name, entries[index - 1].name)
  }
}

extension CanonicalHeaders.Problem {
  fileprivate func error(in headers: [HeaderField]) -> SigningError {
    switch self {
    case .name(let index):
      SigningError(
        .invalidHeader,
        "The name of header \(index + 1) isn't a token (RFC 9110); a colon ends the name.")
    case .value(let index):
      SigningError(
        .invalidHeader,
        "The value of header \(headers[index].name) holds a NUL, or a line break that isn't followed by white space.")
    }
  }
}

extension ByteBuffer {
  fileprivate func isSame(_ left: CanonicalHeaders.Name, _ right: CanonicalHeaders.Name) -> Bool {
    left.prefix == right.prefix && isEqual(left.range, right.range)
  }

  /// Whether what stands at `name` is the item of a list joined by `;` that begins at `start`; the list ends at `end`.
  fileprivate func holdsItem(_ name: Range<Int>, from start: Int, to end: Int) -> Bool {
    let item = start..<start + name.count
    return !name.isEmpty && (item.upperBound == end || item.upperBound < end && self[item.upperBound] == 0x3B)
      && isEqual(item, name)
  }

  /// Whether `left` sorts before `right`, of the same name the one that stands first in the request.
  fileprivate func precedes(_ left: CanonicalHeaders.Entry, _ right: CanonicalHeaders.Entry) -> Bool {
    if left.name.prefix != right.name.prefix { return left.name.prefix < right.name.prefix }
    let order = compare(left.name.range, right.name.range)
    return order != 0 ? order < 0 : left.end < right.end
  }
}

extension Span<UInt8> {
  /// The item of a list joined by `;` that begins at `start`; `nil` at the end.
  func item(at start: Int) -> Range<Int>? {
    start < count ? start..<(firstIndex(of: 0x3B, from: start) ?? count) : nil
  }
}

extension ByteBuffer {
  /// Appends a header value with its white space squeezed; false where it holds what no server takes.
  ///
  /// Sets `hasLowBytes` for a value with bytes below 0x20, such as tabs.
  mutating func appendSqueezed(_ value: Span<UInt8>, _ hasLowBytes: inout Bool) -> Bool {
    // Most values hold no white space, tokens among them, or spaces alone.
    let lowest = value.lowest
    guard lowest < 0x20 else {
      if lowest > 0x20 { append(value) } else { appendWords(of: value) }
      return true
    }
    hasLowBytes = true
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
  /// Whether the line break at `index` is followed by a space or a tab, after the rest of the line break.
  fileprivate func isFold(at index: Int) -> Bool {
    var next = index + 1
    if self[index] == 0x0D, next < count, self[next] == 0x0A { next += 1 }
    return next < count && (self[next] == 0x20 || self[next] == 0x09)
  }
}
