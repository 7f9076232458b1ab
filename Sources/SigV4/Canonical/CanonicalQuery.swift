/// The third line of a canonical request: the query, parameter by parameter.
///
/// Each name and value is decoded and encoded anew, so that `a=%2f`, `a=%2F` and `a=/` are one; parameters are sorted
/// by encoded name and then by encoded value; a name without `=` gets one; repeated names and empty values stay
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1).
struct CanonicalQuery: ~Copyable {
  /// One parameter, as places in `text`.
  fileprivate struct Parameter {
    var name: Range<Int>
    /// The name's first eight bytes, which mostly tell two names apart.
    var prefix: UInt64
    var value: Range<Int>
  }

  /// The parameters as they were read or added, each as `name=value` with an `&` after it.
  private(set) var text = ByteBuffer(capacity: 256)
  private var parameters: [Parameter] = []
  private var sessionToken = SigningService.SessionTokenRule.signed

  /// Reads `query`, the request target after its first `?`, in place of what was read before.
  mutating func read(_ query: Span<UInt8>, sessionToken: SigningService.SessionTokenRule) {
    text.removeAll()
    parameters.removeAll(keepingCapacity: true)
    self.sessionToken = sessionToken
    var index = 0
    while index < query.count {
      if query[index] != 0x26 { index = readParameter(query, from: index) }
      index += 1
    }
  }

  /// Forgets what was read and gives memory back, if it is more than most requests need.
  mutating func shrink() {
    text.shrink()
    if parameters.capacity > 1024 { parameters = [] }
  }

  /// Reads the parameter that begins at `start`, and says where the `&` after it stands, or the end.
  private mutating func readParameter(_ query: Span<UInt8>, from start: Int) -> Int {
    let nameStart = text.count
    let nameEnd = PercentEncoding.appendReencoded(query, from: start, to: &text) { $0 == 0x26 || $0 == 0x3D }
    let name = nameStart..<text.count
    text.append(0x3D)
    var end = nameEnd
    if nameEnd < query.count, query[nameEnd] == 0x3D {
      end = PercentEncoding.appendReencoded(query, from: nameEnd + 1, to: &text) { $0 == 0x26 }
    }
    finishParameter(name)
    return end
  }

  /// Adds a parameter to those that were read; its value is encoded.
  mutating func add(_ name: StaticString, _ value: String) {
    value.withBytes { add(name, $0) }
  }

  /// Adds a parameter whose value is the list of the names of `headers`, encoded.
  mutating func addSignedHeaders(_ name: StaticString, _ headers: borrowing CanonicalHeaders) {
    let name = start(name)
    headers.appendNames(to: &text, separator: "%3B")
    finishParameter(name)
  }

  /// Adds a parameter to those that were read; its value is one that encoding leaves as it is.
  mutating func add(_ name: StaticString, encoded value: String) {
    let name = start(name)
    text.append(value)
    finishParameter(name)
  }

  private mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
    let name = start(name)
    PercentEncoding.append(value, to: &text)
    finishParameter(name)
  }

  /// Writes a name and `=`, and says where the name stands.
  private mutating func start(_ name: StaticString) -> Range<Int> {
    let start = text.count
    text.append(name)
    text.append(0x3D)
    return start..<text.count - 1
  }

  /// Ends the parameter whose name stands at `name`, and whose value at the end; counts it in, if it is signed.
  private mutating func finishParameter(_ name: Range<Int>) {
    let value = name.upperBound + 1..<text.count
    text.append(0x26)
    let isUnsigned =
      text.holds("X-Amz-Signature", in: name)
      || (sessionToken == .addedAfterSigning && text.holds("X-Amz-Security-Token", in: name))
    if !isUnsigned { parameters.append(Parameter(name: name, prefix: text.prefix(of: name), value: value)) }
  }

  /// Appends the parameters in their order as `name=value`, joined by `&`.
  mutating func append(to buffer: inout ByteBuffer) {
    parameters.sortFew { text.precedes($0, $1) }
    let parameters = parameters.span
    for index in parameters.indices {
      if index > 0 { buffer.append(0x26) }
      buffer.append(parameters[index].name.lowerBound..<parameters[index].value.upperBound, of: text)
    }
  }
}

extension ByteBuffer {
  fileprivate func precedes(_ left: CanonicalQuery.Parameter, _ right: CanonicalQuery.Parameter) -> Bool {
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    let order = compare(left.name, right.name)
    return order != 0 ? order < 0 : compare(left.value, right.value) < 0
  }
}
