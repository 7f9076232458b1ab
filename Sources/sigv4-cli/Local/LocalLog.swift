import LocalAWS
import SigV4

/// The log of `local` on standard error: a line for each request.
enum LocalLog {
  /// A request to a Lattice service: who sent it, and which statement decided.
  static func note(_ name: String, _ exchange: LatticeService.Exchange) {
    ServingLog.note("\(name) \(line(of: exchange.request)) \(exchange.status): \(reason(of: exchange))")
  }

  /// A request to another service, or one that met a fault.
  static func note(_ name: String, _ request: SignableRequest?, _ outcome: LocalServer.Outcome) {
    let line = request.map(line) ?? "invalid HTTP request"
    switch outcome {
    case .answered(let status): ServingLog.note("\(name) \(line) \(status)")
    case .rejected(413): ServingLog.note("\(name) \(line) 413: the body is too long")
    case .rejected(let status): ServingLog.note("\(name) \(line) \(status)")
    case .fault(let fault): ServingLog.note("\(name) \(line) fault \(fault ?? "without a name")")
    }
  }

  static func reason(of exchange: LatticeService.Exchange) -> String {
    var parts: [String] = []
    switch exchange.sender {
    case nil: break
    case .anonymous: parts.append("unsigned")
    case .authenticated(let principal): parts.append("signed by \(principal.arn)")
    case .rejected: break
    }
    if let network = exchange.networkEvaluation { parts.append("network policy: \(explanation(of: network))") }
    if let policy = exchange.evaluation, exchange.networkEvaluation?.decision ?? .allowed == .allowed {
      parts.append((exchange.networkEvaluation == nil ? "" : "service policy: ") + explanation(of: policy))
    }
    // The message of a denial says no more than the policies.
    let isAllowed = [exchange.networkEvaluation, exchange.evaluation].allSatisfy {
      $0?.decision ?? .allowed == .allowed
    }
    if let message = exchange.message, isAllowed { parts.append(message) }
    return visible(parts.joined(separator: ", "))
  }

  /// The decision, and why no statement allows a request.
  static func explanation(of evaluation: AuthPolicy.Evaluation) -> String {
    guard evaluation.decision == .implicitlyDenied else { return evaluation.description }
    let reasons = evaluation.statements.filter(\.allows).map { "\($0.name): \($0.mismatch ?? "")" }
    return evaluation.description + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))")
  }

  /// The method and the target, without the values of parameters that may be a secret.
  private static func line(of request: SignableRequest) -> String {
    visible(request.description.split(separator: "\n", maxSplits: 1).first.map { String($0) } ?? "")
  }

  /// The text in one line, with its control characters escaped: what a client sends must not command a terminal.
  private static func visible(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar == "\n"
        ? " " : scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}
