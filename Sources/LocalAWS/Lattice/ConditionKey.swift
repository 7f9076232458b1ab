import SigV4

/// A key of a policy's condition: what it reads off a request.
enum ConditionKey: Sendable, Hashable {
  case principalType
  case principalAccount
  case principalARN
  case requestMethod
  case requestPath
  case serviceARN
  case requestHeader(String)
  case requestQueryString(String)

  /// The key called `name` in any letter case; `nil` where it isn't known here.
  init?(_ name: String) {
    let parts = name.utf8.asciiLowercased.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1)
      .map { String(Substring($0)) }
    switch (parts.first, parts.count > 1 ? parts[1] : nil) {
    case ("aws:principaltype", nil): self = .principalType
    case ("aws:principalaccount", nil): self = .principalAccount
    case ("aws:principalarn", nil): self = .principalARN
    case ("vpc-lattice-svcs:requestmethod", nil): self = .requestMethod
    case ("vpc-lattice-svcs:requestpath", nil): self = .requestPath
    case ("vpc-lattice-svcs:servicearn", nil): self = .serviceARN
    case ("vpc-lattice-svcs:requestheader", let field?): self = .requestHeader(field)
    case ("vpc-lattice-svcs:requestquerystring", let parameter?):
      guard let name = try? ComparedText.parameter(parameter, .none) else { return nil }
      self = .requestQueryString(name)
    default: return nil
    }
  }

  /// `text`, a value that a policy lists, in the form that ``values(in:)`` have.
  func value(_ text: String, _ wildcards: ComparedText.Wildcards) throws(ComparedText.Flaw) -> String {
    switch self {
    case .requestPath: try ComparedText.path(text, wildcards)
    case .requestQueryString: try ComparedText.parameter(text, wildcards)
    default: text
    }
  }

  /// The values that the key has in a request; none where it is absent.
  func values(in request: AuthPolicy.Request) -> [String] {
    switch self {
    case .principalType: [request.principal.type]
    case .principalAccount: request.principal.accountID.map { [$0] } ?? []
    case .principalARN: request.principal == .anonymous ? [] : [request.principal.arn]
    case .requestMethod: [request.request.method]
    case .requestPath: [ComparedText.canonical(request.target.path)]
    case .serviceARN: [request.service]
    case .requestHeader(let field): request.request.headers[values: field]
    case .requestQueryString(let parameter):
      request.target.query.utf8.split(separator: UInt8(ascii: "&")).compactMap { pair in
        let name = pair.prefix { $0 != UInt8(ascii: "=") }
        guard ComparedText.canonical(Substring(name)).isSameIgnoringCase(as: parameter) else { return nil }
        return ComparedText.canonical(Substring(pair.dropFirst(name.count + 1)))
      }
    }
  }
}
