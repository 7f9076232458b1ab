import ArgumentParser
import Foundation
import LocalAWS
import SigV4

/// Commands about auth policies.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Checks the auth policies of VPC Lattice.",
    subcommands: [PolicyCheckCommand.self])
}

/// Evaluates a policy for a request.
struct PolicyCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Shows whether an auth policy allows a request, and why.",
    discussion: """
      Without options about the request, only the policy is checked. Otherwise the request defaults to GET / by an \
      anonymous caller. Signatures aren't verified: --principal names the caller. Identity-based policies aren't evaluated.

      Exit codes:
        0   the request is allowed, or the policy is valid
        1   the policy or the request is invalid
        22  the request is denied
        64  an option is invalid

      Examples:

        sigv4-cli policy check policy.json
        sigv4-cli policy check policy.json --url /rates?day=1 -X POST
        sigv4-cli policy check policy.json --request @request.txt --json
        sigv4-cli policy check policy.json \\
          --principal arn:aws:iam::123456789012:role/rates
      """)

  @Argument(help: "The policy: the path of a JSON file, or - for standard input.")
  var policy: String

  @Option(
    help:
      "The request: an HTTP/1.1 message, a curl command or the output of curl -v; @FILE, a path, - or the text itself.")
  var request: String?

  @Option(help: "The URL of the request, or its path and query.")
  var url: String?

  @Option(name: [.customShort("X"), .long], help: "The method of the request. Defaults to GET.")
  var method: String?

  @Option(name: [.customShort("H"), .long], help: "A header of the request as 'Name: value'. Can be repeated.")
  var header: [String] = []

  @Option(help: "The ARN of the caller: a user, a role, a role's session, or 'anonymous', the default.")
  var principal: String?

  @Option(help: "The ARN of the service.")
  var arn = LatticeService.exampleARN

  @Option(
    help: ArgumentHelp("The auth policy of the service network, which must allow the request too.", valueName: "file"))
  var networkPolicy: String?

  @Option(
    help: ArgumentHelp(
      "A value of a condition key, such as aws:PrincipalOrgID=o-1. Can be repeated for several values.",
      valueName: "key=value"))
  var context: [String] = []

  @Option(help: "The time of the request, such as 2026-02-03T04:05:06Z. Defaults to now.")
  var time: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// The result for other programs.
  private struct Report: Encodable {
    struct Policy: Encodable {
      let policy: String
      let decision: String
      let statements: [Statement]
    }

    struct Statement: Encodable {
      let number: Int
      let sid: String?
      let effect: String
      let applies: Bool
      let decides: Bool
      let reason: String?
    }

    let isAllowed: Bool
    let principal: String
    let action: String
    let resource: String
    let policies: [Policy]
  }

  func validate() throws {
    guard request == nil || url == nil && method == nil && header.isEmpty else {
      throw ValidationError("--request can't be combined with --url, --method or --header.")
    }
  }

  func run() async throws {
    let policies = try networkPolicy.map { [("network policy", try PolicyFile.policy($0))] } ?? []
    let all = policies + [("service policy", try PolicyFile.policy(policy))]
    var context = PolicyContext()
    try PolicyFile.read(self.context, into: &context)
    PolicyFile.notes(on: all.map(\.1), context).forEach(SigningTrace.note)
    let options = [request, url, method, principal, time] + header + self.context
    guard options.contains(where: { $0 != nil })
    else {
      let count = all[all.count - 1].1.statementCount
      print(
        json
          ? try JSONLine.text(["isValid": true])
          : "The policy is valid: \(count) \(count == 1 ? "statement" : "statements").")
      return
    }
    let evaluated = try evaluatedRequest(context)
    let evaluations = all.map { (name: $0.0, evaluation: $0.1.evaluation(of: evaluated)) }
    let isAllowed = evaluations.allSatisfy { $0.evaluation.decision == .allowed }
    if json {
      print(try JSONLine.text(Self.report(evaluations, evaluated, isAllowed)))
    } else {
      Self.show(evaluations, evaluated, isAllowed)
    }
    if !isAllowed { throw ExitCode(22) }
  }

  private static func show(
    _ evaluations: [(name: String, evaluation: AuthPolicy.Evaluation)], _ request: AuthPolicy.Request, _ isAllowed: Bool
  ) {
    print(isAllowed ? "Allowed." : "Denied.")
    print("  principal: \(request.principal.arn)")
    print("  resource:  \(request.resource)")
    for (name, evaluation) in evaluations {
      print("\(name): \(evaluation)")
      for statement in evaluation.statements {
        let effect = statement.allows ? "allows" : "denies"
        print("  \(statement.name) \(effect): \(statement.mismatch.map { "no, \($0)" } ?? "yes")")
      }
    }
  }

  private static func report(
    _ evaluations: [(name: String, evaluation: AuthPolicy.Evaluation)], _ request: AuthPolicy.Request, _ isAllowed: Bool
  ) -> Report {
    Report(
      isAllowed: isAllowed, principal: request.principal.arn, action: AuthPolicy.Request.action,
      resource: request.resource,
      policies: evaluations.map { name, evaluation in
        Report.Policy(
          policy: name, decision: "\(evaluation.decision)",
          statements: evaluation.statements.map { statement in
            Report.Statement(
              number: statement.number, sid: statement.sid, effect: statement.allows ? "Allow" : "Deny",
              applies: statement.mismatch == nil, decides: evaluation.deciding == statement, reason: statement.mismatch)
          })
      })
  }

  private func evaluatedRequest(_ context: PolicyContext) throws -> AuthPolicy.Request {
    let (caller, time) = (try caller(), try time.map { try TimeText.date($0, option: "--time") } ?? Date())
    do {
      return try AuthPolicy.Request(
        principal: caller, service: try LocalOptions.serviceARN(arn), request: try signable(), context: context,
        at: time)
    } catch let error as SigningError { throw Failure("Invalid request: \(error.message)") }
  }

  private func caller() throws -> Principal {
    guard let principal, principal != "anonymous" else { return .anonymous }
    if let session = Principal(role: principal, session: "session") {
      SigningTrace.note("Note: The caller is a session of the role: \(session.arn).")
      return session
    }
    guard let named = Principal(caller: principal) else {
      throw Failure(
        "Invalid principal \(principal.debugDescription). Use the ARN of a user, a role or a role's session, such as "
          + "arn:aws:sts::123456789012:assumed-role/reader/session, or anonymous.")
    }
    return named
  }

  private func signable() throws -> SignableRequest {
    if let request {
      let text = try RequestText(argument: request)
      text.notes.forEach { SigningTrace.note("Note: \($0)") }
      return text.request
    }
    let headers = try header.map(HeaderText.field)
    let url = url ?? "/"
    guard (method ?? "GET").utf8.allSatisfy(\.isTokenCharacter), method != "" else {
      throw Failure("Invalid method \((method ?? "").debugDescription). Use a method such as GET.")
    }
    guard url.utf8.first != UInt8(ascii: "/") else {
      return SignableRequest(method: method ?? "GET", target: url, headers: headers)
    }
    guard ["http://", "https://"].contains(where: { url.utf8.starts(with: $0.utf8) }) else {
      throw Failure(
        "Invalid URL \(url.debugDescription). Begin it with http:// or https://, or write a path and a query.")
    }
    return try SignableRequest(method: method ?? "GET", url: url, headers: headers)
  }
}
