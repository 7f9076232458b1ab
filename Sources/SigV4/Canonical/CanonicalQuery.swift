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
    var index = 0
    while index < query.count {
      if query[index] != 0x26 { index = readParameter(query, from: index, sessionToken) }
      index += 1
    }
    sort()
  }

  /// Reads the parameter that begins at `start`, and says where the `&` after it stands, or the end.
  private mutating func readParameter(
    _ query: Span<UInt8>, from start: Int, _ sessionToken: SessionTokenRule
  ) -> Int {
    let name = text.count
    let nameEnd = PercentEncoding.appendReencoded(query, from: start, to: &text) { $0 == 0x26 || $0 == 0x3D }
    let value = text.count
    var end = nameEnd
    if nameEnd < query.count, query[nameEnd] == 0x3D {
      end = PercentEncoding.appendReencoded(query, from: nameEnd + 1, to: &text) { $0 == 0x26 }
    }
    let isUnsigned =
      text.holds("X-Amz-Signature", in: name..<value)
      || (sessionToken == .addedAfterSigning && text.holds("X-Amz-Security-Token", in: name..<value))
    if isUnsigned {
      text.truncate(to: name)
    } else {
      parameters.append(Parameter(name: name..<value, value: value..<text.count))
    }
    return end
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
