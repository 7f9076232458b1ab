/// The third line of a canonical request: the query, parameter by parameter.
///
/// Each name and value is decoded and encoded anew, so that `a=%2f`, `a=%2F` and `a=/` are one; parameters are sorted
/// by encoded name and then by encoded value; a name without `=` gets one; repeated names and empty values stay
/// (AWS IAM User Guide, "Create a signed AWS API request", step 1).
struct CanonicalQuery: ~Copyable {
  /// One parameter, as places in `text`.
  private struct Parameter {
    var name: Range<Int>
    var value: Range<Int>
  }

  private var text = ByteBuffer(capacity: 256)
  private var parameters: [Parameter] = []

  /// Reads `query`, the request target after its first `?`, in place of what was read before.
  mutating func read(_ query: Span<UInt8>, sessionToken: SessionTokenRule) {
    text.removeAll()
    parameters.removeAll(keepingCapacity: true)
    var start = 0
    while start < query.count {
      var end = start
      var equals: Int?
      while end < query.count, query[end] != 0x26 {
        if query[end] == 0x3D, equals == nil { equals = end }
        end += 1
      }
      if end > start {
        add(query, name: start..<(equals ?? end), value: (equals.map { $0 + 1 } ?? end)..<end, sessionToken)
      }
      start = end + 1
    }
    sort()
  }

  private mutating func add(
    _ query: Span<UInt8>, name: Range<Int>, value: Range<Int>, _ sessionToken: SessionTokenRule
  ) {
    let start = text.count
    PercentEncoding.appendReencoded(query, name, to: &text)
    let middle = text.count
    let isUnsigned =
      text.holds("X-Amz-Signature", in: start..<middle)
      || (sessionToken == .addedAfterSigning && text.holds("X-Amz-Security-Token", in: start..<middle))
    if isUnsigned {
      text.truncate(to: start)
      return
    }
    PercentEncoding.appendReencoded(query, value, to: &text)
    parameters.append(Parameter(name: start..<middle, value: middle..<text.count))
  }

  private mutating func sort() {
    guard parameters.count > 1 else { return }
    parameters.sort { left, right in
      let order = text.compare(left.name, right.name)
      return order != 0 ? order < 0 : text.compare(left.value, right.value) < 0
    }
  }

  /// Appends the parameters as `name=value`, joined by `&`.
  func append(to buffer: inout ByteBuffer) {
    var isFirst = true
    for parameter in parameters {
      if !isFirst { buffer.append(0x26) }
      buffer.append(parameter.name, of: text)
      buffer.append(0x3D)
      buffer.append(parameter.value, of: text)
      isFirst = false
    }
  }
}
