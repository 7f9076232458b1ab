import LocalAWS
import SigV4
import Testing

/// A row of the table of faults for web identity: what STS answers or the token's file holds, and what comes of it.
struct WebIdentityFaultRow: Sendable, CustomTestStringConvertible {
  static let tokenFile = "/var/run/token"
  static let token = "eyJ.made-up+/=&%.sig"
  static let role = "arn:aws:iam::123456789012:role/reservations"

  let id: String
  let name: String
  /// Changes to the usual variables; an empty value takes one away.
  var environment: [String: String] = [:]
  /// What the token's file holds at each reading; the last stays, and `nil` is no file.
  var tokens: [String?] = [token]
  /// What files are read with in place of that.
  var files: ProviderFiles?
  var faults: FaultPlan = []
  var outcome = FaultTableRow.Outcome.works
  /// The tokens that reach STS, one a request.
  var sent: [String]

  var testDescription: String { "\(id): \(name)" }

  static let rows: [WebIdentityFaultRow] = passing + terminal + documents + files + settings

  private static let passing: [WebIdentityFaultRow] = [
    ("IDPCommunicationError", 400), ("InvalidIdentityToken", 400), ("Throttling", 400), ("InternalFailure", 500),
    ("ServiceUnavailable", 503), ("", 429), ("", 502),
  ].flatMap { code, status in
    let fault = Fault.answer(SecurityTokenService.failure(status, code, "try again"))
    return [
      .init(
        id: "W01", name: "\(status) \(code) always", tokens: ["made-up-1", "made-up-2", "made-up-3", "made-up-4"],
        faults: [.always(fault)], outcome: .fails(.badAnswer, naming: "\(status)"),
        sent: ["made-up-1", "made-up-2", "made-up-3"]),
      WebIdentityFaultRow(
        id: "W01", name: "\(status) \(code) twice", tokens: ["made-up-1", "made-up-2", token],
        faults: [.always(times: 2, fault)], sent: ["made-up-1", "made-up-2", token]),
    ]
  }

  private static let terminal: [WebIdentityFaultRow] =
    [
      "AccessDenied", "ExpiredTokenException", "ExpiredToken", "MalformedPolicyDocument", "PackedPolicyTooLarge",
      "RegionDisabledException",
    ].map { code in
      .init(
        id: "W02", name: code, faults: [.always(.answer(SecurityTokenService.failure(403, code, "no")))],
        outcome: .fails(.badAnswer, naming: #"403 to AssumeRoleWithWebIdentity: "\#(code)", "no""#), sent: [token])
    } + [
      .init(
        id: "W02", name: "another role", environment: ["AWS_ROLE_ARN": role + "2"],
        outcome: .fails(.badAnswer, naming: "AccessDenied"), sent: [token])
    ]

  private static let result = "<AssumeRoleWithWebIdentityResult>"
  private static let keys =
    "<AccessKeyId>a</AccessKeyId><SecretAccessKey>c2VjcmV0</SecretAccessKey><SessionToken>dG9rZW4</SessionToken>"

  private static let documents: [WebIdentityFaultRow] = [
    (
      "without Expiration", "<R>\(result)<Credentials>\(keys)</Credentials></AssumeRoleWithWebIdentityResult></R>",
      "Expiration"
    ),
    (
      "with an Expiration that is none",
      "<R>\(result)<Credentials>\(keys)<Expiration>soon</Expiration></Credentials></AssumeRoleWithWebIdentityResult></R>",
      "ISO 8601"
    ),
    (
      "with an entity of its own",
      "<!DOCTYPE r [<!ENTITY a \"b\">]><R>\(result)<Credentials>\(keys)<Expiration>&a;</Expiration></Credentials></AssumeRoleWithWebIdentityResult></R>",
      "result"
    ),
    ("with an entity that isn't known", "<R>\(result)&a;</AssumeRoleWithWebIdentityResult></R>", "result"),
    ("cut off", "<R>\(result)<Credentials>\(keys)", "result"),
    ("too deep", String(repeating: "<a>", count: 100_000 / 8), "result"),
    ("of another action", "<R><AssumeRoleResult/></R>", "result"),
    ("that is JSON", "{}", "result"), ("that is empty", "", "result"),
    ("that is HTML", "<html><p>Log in</html>", "result"),
  ].map { name, body, text in
    .init(
      id: "W03", name: "an answer \(name)", faults: [.always(.answer(200, body))],
      outcome: .fails(.badAnswer, naming: text), sent: [token])
  }

  private static let files: [WebIdentityFaultRow] = [
    .init(id: "W04", name: "a token with characters that must be encoded", sent: [token]),
    .init(id: "W04", name: "a token's file that ends in a line break", tokens: [" \(token)\r\n"], sent: [token]),
    .init(
      id: "W04", name: "no token's file", tokens: [nil], outcome: .fails(.unreachable, naming: "doesn't exist"),
      sent: []),
    .init(
      id: "W04", name: "a token's file that can't be read", files: .unreadable,
      outcome: .fails(.unreachable, naming: "can't be read"), sent: []),
    .init(
      id: "W04", name: "an empty token's file", tokens: ["\n"], outcome: .fails(.unreachable, naming: "empty"), sent: []
    ),
    .init(
      id: "W04", name: "a token of more than 20,000 bytes", tokens: [String(repeating: "made-up", count: 3000)],
      outcome: .fails(.unreachable, naming: "20,000"), sent: []),
  ]

  private static let settings: [WebIdentityFaultRow] = [
    .init(
      id: "W04", name: "no file set", environment: ["AWS_WEB_IDENTITY_TOKEN_FILE": ""],
      outcome: .fails(.notConfigured, naming: "AWS_WEB_IDENTITY_TOKEN_FILE"), sent: []),
    .init(
      id: "W04", name: "no role set", environment: ["AWS_ROLE_ARN": " "],
      outcome: .fails(.misconfigured, naming: "AWS_ROLE_ARN"), sent: []),
    .init(
      id: "W04", name: "a role that is none", environment: ["AWS_ROLE_ARN": "reservations"],
      outcome: .fails(.misconfigured, naming: "ARN"), sent: []),
    .init(
      id: "W04", name: "a session name with a space", environment: ["AWS_ROLE_SESSION_NAME": "a b"],
      outcome: .fails(.misconfigured, naming: "session name"), sent: []),
    .init(
      id: "W04", name: "neither region nor endpoint", environment: ["AWS_ENDPOINT_URL_STS": ""],
      outcome: .fails(.misconfigured, naming: "AWS_REGION"), sent: []),
    .init(
      id: "W04", name: "a region that is none",
      environment: ["AWS_ENDPOINT_URL_STS": "", "AWS_REGION": "evil.com/"],
      outcome: .fails(.misconfigured, naming: "no region"), sent: []),
  ]
}
