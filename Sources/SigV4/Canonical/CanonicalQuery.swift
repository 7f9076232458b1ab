/// The third line of a canonical request: the query, parameter by parameter.
///
/// Each name and value is decoded and encoded again, so that `a=%2f`, `a=%2F` and `a=/` give the same text. Parameters are sorted
/// by encoded name, then by encoded value. A name without `=` gets one. Repeated names and empty values are kept (AWS IAM User
/// Guide, "Create a signed AWS API request", step 1).
struct CanonicalQuery: ~Copyable {
  /// The ranges of one parameter in `text`.
  fileprivate struct Parameter {
    var name: Range<Int>
    /// The first eight bytes of the name, which distinguish most names.
    var prefix: UInt64
    var value: Range<Int>
  }

  /// The parameters as they were read or added, each as `name=value` with an `&` after it.
  private(set) var text = ByteBuffer(capacity: 256)
  private var parameters: [Parameter] = []
  private var sessionToken = SigningService.SessionTokenRule.signed

  /// Reads `query`, the request target after its first `?`, and discards the previous query.
  mutating func read(_ query: Span<UInt8>, sessionToken: SigningService.SessionTokenRule) {
    text.removeAll()
    if !parameters.isEmpty { parameters.removeAll(keepingCapacity: true) }
    self.sessionToken = sessionToken
    var index = 0
    while index < query.count {
      // rule: query-empty-parameters-dropped
      if query[index] != UInt8(ascii: "&") { index = readParameter(query, from: index) }
      index += 1
    }
  }

  /// Whether there is more memory than most requests need.
  var isLarge: Bool { text.isLarge || parameters.capacity > 1024 }

  /// Forgets the query and frees memory, if it is more than most requests need.
  mutating func shrink() {
    text.shrink()
    if parameters.capacity > 1024 { parameters = [] }
  }

  /// Reads the parameter that begins at `start`, and returns the index of the `&` after it, or the end.
  private mutating func readParameter(_ query: Span<UInt8>, from start: Int) -> Int {
    let nameStart = text.count
    // rule: query-semicolon-no-separator
    let nameEnd = PercentEncoding.appendReencoded(query, from: start, to: &text) {
      $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "=")
    }
    let name = nameStart..<text.count
    // rule: query-name-gets-equals
    text.append(UInt8(ascii: "="))
    var end = nameEnd
    // rule: query-first-equals-separates
    if nameEnd < query.count, query[nameEnd] == UInt8(ascii: "=") {
      end = PercentEncoding.appendReencoded(query, from: nameEnd + 1, to: &text) { $0 == UInt8(ascii: "&") }
    }
    finishParameter(name)
    return end
  }

  /// Adds a parameter, and encodes its value.
  mutating func add(_ name: StaticString, _ value: String) {
    value.withBytes { add(name, $0) }
  }

  /// Adds a parameter whose value is the encoded list of the names of `headers`.
  mutating func addSignedHeaders(
    _ name: StaticString, _ headers: borrowing CanonicalHeaders, _ selected: CanonicalHeaders.Selected
  ) {
    let name = start(name)
    // rule: credential-encoded
    headers.appendEncodedNames(of: selected, to: &text)
    finishParameter(name)
  }

  /// Adds a parameter whose value needs no encoding.
  mutating func add(_ name: StaticString, encoded value: String) {
    let name = start(name)
    text.append(value)
    finishParameter(name)
  }

  private mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
    let name = start(name)
    // rule: credential-encoded
    PercentEncoding.append(value, to: &text)
    finishParameter(name)
  }

  /// Writes a name and `=`, and returns the range of the name.
  private mutating func start(_ name: StaticString) -> Range<Int> {
    let start = text.count
    text.append(name)
    text.append(UInt8(ascii: "="))
    return start..<text.count - 1
  }

  /// Ends the parameter with the name at `name` and the value after it, and keeps it if it is signed.
  private mutating func finishParameter(_ name: Range<Int>) {
    let value = name.upperBound + 1..<text.count
    text.append(UInt8(ascii: "&"))
    // rule: token-added-after-signing
    let isUnsigned =
      text.holds("X-Amz-Signature", in: name)
      || (sessionToken == .addedAfterSigning && text.holds("X-Amz-Security-Token", in: name))
    // rule: query-empty-name-kept, query-repeated-kept
    if !isUnsigned { parameters.append(Parameter(name: name, prefix: text.prefix(of: name), value: value)) }
  }

  /// Appends the sorted parameters as `name=value`, joined by `&`.
  mutating func append(to buffer: inout ByteBuffer) {
    // rule: query-sorted-by-name, query-sorted-after-encoding
    parameters.sortFew { text.precedes($0, $1) }
    let parameters = parameters.span
    for index in parameters.indices {
      if index > 0 { buffer.append(UInt8(ascii: "&")) }
      buffer.append(parameters[index].name.lowerBound..<parameters[index].value.upperBound, of: text)
    }
  }
}

extension ByteBuffer {
  fileprivate func precedes(_ left: CanonicalQuery.Parameter, _ right: CanonicalQuery.Parameter) -> Bool {
    // rule: query-sorted-by-bytes
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    let order = compare(left.name, right.name)
    // rule: query-sorted-by-value
    return order != 0 ? order < 0 : compare(left.value, right.value) < 0
  }
}
