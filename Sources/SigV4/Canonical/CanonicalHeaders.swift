/// The header lines of a canonical request, and the list of their names.
///
/// Names are in lower case and sorted. A comma joins the values of a repeated name in the order in which they are sent. A
/// value has no white space at its ends, and one space for each run of white space inside, folds included
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1; RFC 9110, 5.2 and 5.5).
struct CanonicalHeaders: ~Copyable {
  /// The headers of a request that are signed.
  enum Selection {
    /// Every header except those in ``UnsignedHeader/all``, and except a session token that is added after signing.
    case signable(SigningService.SessionTokenRule)
    /// The headers that a list names, joined by `;`, in any order.
    case listed(String)
    /// All of them: the trailers of a chunked payload, which have no host.
    case trailers
  }

  /// The range of a name in `text`.
  fileprivate struct Name {
    var range: Range<Int>
    /// The first eight bytes, which distinguish most names.
    var prefix: UInt64
  }

  /// A line `name:value` in `text`.
  fileprivate struct Entry {
    var name: Name
    /// The end of the value, which begins after the name and a colon.
    var end: Int
    /// The index in the request; `nil` for a header that signing adds.
    var header: Int?

    var line: Range<Int> { name.range.lowerBound..<end }
    var value: Range<Int> { name.range.upperBound + 1..<end }
    var isHost: Bool { name.prefix == 0x686F_7374_0000_0000 }
    /// Whether the name begins with `x-amz-`.
    var isAmazonHeader: Bool { name.prefix >> 16 == 0x782D_616D_7A2D && name.range.count > 6 }
  }

  /// The proof that headers were read, which every query of them requires.
  ///
  /// Selecting headers consumes it.
  struct Read: ~Copyable {
    /// The problem of the first malformed header.
    fileprivate let problem: Problem?
    /// Whether a value has bytes below 0x20: white space other than spaces, or control characters.
    fileprivate let hasLowBytes: Bool

    /// Throws if one of `headers`, which were read, is malformed.
    ///
    /// - Throws: ``SigningError`` if a name isn't a token, or if a value has a NUL or a line break that isn't a fold.
    func check(_ headers: [HeaderField]) throws(SigningError) {
      if let problem { throw problem.error(in: headers) }  // rule: refuse-header
    }
  }

  /// The proof that headers were selected, which adding and writing headers require.
  struct Selected {
    /// Whether every header of the list was found, each name once, and no header is malformed.
    fileprivate(set) var areExactlyListed = false

    fileprivate init() {}
  }

  /// The malformed part of a header.
  fileprivate enum Problem {
    case name(header: Int)
    case value(header: Int)
  }

  /// The names that are never signed, the lines of the request, and the names that a signature lists.
  private(set) var text = ByteBuffer(capacity: 2048)
  /// The headers that were read, then those that were selected.
  private var entries: [Entry] = []
  /// The indices in the request of the `X-Amz-…` headers that weren't selected.
  private var unselectedAmazonHeaders: [Int] = []
  /// The names in the list of ``Selection/listed(_:)``.
  private var listed: [Name] = []
  /// The names that are never signed, and their shapes, kept here because a lookup in ``UnsignedHeader/all`` is slower.
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

  /// Reads, selects and sorts the headers to sign, and discards the previous ones.
  ///
  /// - Throws: ``SigningError`` if a name isn't a token, if a value has a NUL or a line break that isn't a fold, or if the
  ///   request doesn't have exactly one host.
  mutating func collect(_ headers: [HeaderField], _ selection: Selection) throws(SigningError) -> Selected {
    let read = read(headers)
    try read.check(headers)
    let selected = select(selection, of: read)
    if case .trailers = selection { return selected }
    try checkHost(selected)
    return selected
  }

  /// Reads all headers, and discards the previous ones.
  mutating func read(_ headers: [HeaderField]) -> Read {
    text.truncate(to: unsigned.last?.range.upperBound ?? 0)
    entries.removeAll(keepingCapacity: true)
    // Here and below, the check saves 10 ns for an empty array.
    if !unselectedAmazonHeaders.isEmpty { unselectedAmazonHeaders.removeAll(keepingCapacity: true) }
    var problem: Problem?
    var hasLowBytes = false
    let fields = headers.span  // whose elements are read in place
    for index in fields.indices {
      let start = text.count
      let isToken = fields[index].name.withBytes { text.appendLowercasedToken($0) }  // rule: header-names-lower-case
      let nameEnd = text.count
      text.append(UInt8(ascii: ":"))
      // rule: header-empty-value-kept
      let isFit = fields[index].value.withBytes { text.appendSqueezed($0, &hasLowBytes) }
      if !(isToken && isFit), problem == nil { problem = isToken ? .value(header: index) : .name(header: index) }
      entries.append(Entry(name: name(at: start..<nameEnd), end: text.count, header: index))
    }
    return Read(problem: problem, hasLowBytes: hasLowBytes)
  }

  /// Whether there is more memory than most requests need.
  var isLarge: Bool { text.isLarge || hasLargeTable }

  private var hasLargeTable: Bool {
    entries.capacity > 1024 || listed.capacity > 1024 || unselectedAmazonHeaders.capacity > 1024
  }

  /// Forgets the headers and frees memory, if it is more than most requests need.
  mutating func shrink() {
    text.shrink(keeping: unsigned.last?.range.upperBound ?? 0)
    if hasLargeTable { (entries, listed, unselectedAmazonHeaders) = ([], [], []) }
  }

  /// Whether the header at `index` has the name `name`, which is in lower case.
  func isNamed(_ name: StaticString, at index: Int, of read: borrowing Read) -> Bool {
    index < entries.count && text.holds(name, in: entries[index].name.range)
  }

  /// The number of bytes in the name of the header at `index`.
  func nameLength(at index: Int, of read: borrowing Read) -> Int {
    index < entries.count ? entries[index].name.range.count : 0
  }

  /// The number of bytes in the canonical value of the header at `index`.
  func valueLength(at index: Int, of read: borrowing Read) -> Int {
    index < entries.count ? entries[index].value.count : 0
  }

  /// Whether a value may contain a control character.
  func mayContainControls(_ read: borrowing Read) -> Bool {
    read.hasLowBytes
      || text.withBytes { $0.firstIndex(of: ASCII.delete, from: unsigned.last?.range.upperBound ?? 0) != nil }
  }

  /// Calls `body` with the canonical value of the header at `index`.
  func withValue<Result>(at index: Int, of read: borrowing Read, _ body: (Span<UInt8>) -> Result) -> Result {
    text.withBytes(index < entries.count ? entries[index].value : 0..<0, body)
  }

  /// Keeps and sorts the headers that a signature lists at `range` of `list`, up to the first that is out of order.
  mutating func selectListed(_ list: String, _ range: Range<Int>, of read: consuming Read) -> Selected {
    var selected = Selected()
    entries.sortFew { text.precedes($0, $1) }
    // Both are sorted, so the next name in the list is the next to keep.
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
    while entries.count > kept { entries.removeLast() }  // one as a rule, for which removeLast(_:) costs 20 ns more
    selected.areExactlyListed = read.problem == nil && next == end + 1
    return selected
  }

  /// Keeps and sorts the headers to sign.
  private mutating func select(_ selection: Selection, of read: consuming Read) -> Selected {
    if !listed.isEmpty { listed.removeAll(keepingCapacity: true) }
    if case .listed(let list) = selection { readList(list) }
    var kept = 0
    for index in entries.indices {
      let entry = entries[index]
      if isSelected(entry, selection) {
        entries[kept] = entry
        kept += 1
      } else if entry.isAmazonHeader, let header = entry.header {
        unselectedAmazonHeaders.append(header)
      }
    }
    entries.removeLast(entries.count - kept)
    entries.sortFew { text.precedes($0, $1) }  // rule: header-names-sorted
    return Selected()
  }

  /// Adds a header that signing sets, with its name in lower case and no white space in its value, to the selected ones.
  mutating func add(_ name: StaticString, _ value: String, to selected: Selected) {
    let start = text.count
    text.append(name)
    let nameEnd = text.count
    text.append(UInt8(ascii: ":"))
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
      // The shape rules out most names.
      let name = entry.name.range
      let shape = UnsignedHeader.shape(firstByte: text[name.lowerBound], count: name.count)
      return !(unsignedShapes & shape != 0 && isOne(of: unsigned, entry))  // rule: headers-all-signed, headers-left-out
        // rule: token-added-after-signing
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

  /// Throws if the request doesn't have exactly one host.
  private func checkHost(_ selected: Selected) throws(SigningError) {
    let entries = entries.span
    var hosts = 0
    var isEmpty = true
    for index in entries.indices where entries[index].isHost {
      let value = entries[index].value
      hosts += 1
      if !value.isEmpty, text[value.lowerBound] > ASCII.space { isEmpty = false }
    }
    guard hosts == 1, !isEmpty else {  // rule: refuse-host
      throw SigningError(
        .missingHost,
        isEmpty
          ? "The request has no Host header. Set it to the host that the request is sent to."
          : "The request has several Host headers. Keep one, with the host that the request is sent to.")
    }
  }

  /// The indices in the request of the `X-Amz-…` headers that aren't selected.
  func unselectedAmazonHeaders(_ selected: Selected) -> [Int] { unselectedAmazonHeaders }

  /// Whether the selected headers include a host.
  func hasHost(_ selected: Selected) -> Bool {
    let entries = entries.span
    for index in entries.indices where entries[index].isHost { return true }
    return false
  }

  /// Appends a line `name:value` for each name.
  func appendLines(of selected: Selected, to buffer: inout ByteBuffer) {
    let entries = entries.span
    for index in entries.indices {
      let entry = entries[index]
      if isRepeated(index, in: entries) {  // rule: header-repeated-joined
        buffer.append(UInt8(ascii: ","))
        buffer.append(entry.value, of: text)
      } else {
        if index > 0 { buffer.append(ASCII.newline) }
        buffer.append(entry.line, of: text)
      }
    }
    buffer.append(ASCII.newline)
  }

  /// Appends the names, joined by `;`.
  func appendNames(of selected: Selected, to buffer: inout ByteBuffer) {
    let entries = entries.span
    for index in entries.indices where !isRepeated(index, in: entries) {
      if index > 0 { buffer.append(UInt8(ascii: ";")) }
      buffer.append(entries[index].name.range, of: text)
    }
  }

  /// Appends the names, joined by `;`, percent-encoded: a name may contain characters that separate parameters.
  func appendEncodedNames(of selected: Selected, to buffer: inout ByteBuffer) {
    let entries = entries.span
    for index in entries.indices where !isRepeated(index, in: entries) {
      if index > 0 { buffer.append("%3B") }
      text.withBytes(entries[index].name.range) { PercentEncoding.append($0, to: &buffer) }
    }
  }

  /// Whether the previous entry has the same name.
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
        "The name of header \(index + 1) isn't a token (RFC 9110). Remove spaces, colons and line breaks from the name."
      )
    case .value(let index):
      SigningError(
        .invalidHeader,
        "The value of header \(headers[index].name) contains a NUL, or a line break without white space after it. Remove it."
      )
    }
  }
}

extension ByteBuffer {
  fileprivate func isSame(_ left: CanonicalHeaders.Name, _ right: CanonicalHeaders.Name) -> Bool {
    left.prefix == right.prefix && isEqual(left.range, right.range)
  }

  /// Whether the item at `start` of a list joined by `;`, which ends at `end`, equals the name at `name`.
  fileprivate func holdsItem(_ name: Range<Int>, from start: Int, to end: Int) -> Bool {
    let item = start..<start + name.count
    return !name.isEmpty
      && (item.upperBound == end || item.upperBound < end && self[item.upperBound] == UInt8(ascii: ";"))
      && isEqual(item, name)
  }

  /// Whether `left` sorts before `right`; headers of one name keep the order of the request.
  fileprivate func precedes(_ left: CanonicalHeaders.Entry, _ right: CanonicalHeaders.Entry) -> Bool {
    if left.name.prefix != right.name.prefix { return left.name.prefix < right.name.prefix }
    let order = compare(left.name.range, right.name.range)
    return order != 0 ? order < 0 : left.end < right.end
  }
}

extension Span<UInt8> {
  /// The item at `start` of a list joined by `;`; `nil` at the end.
  func item(at start: Int) -> Range<Int>? {
    start < count ? start..<(firstIndex(of: UInt8(ascii: ";"), from: start) ?? count) : nil
  }
}
