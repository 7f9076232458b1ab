import LocalAWS
import SigV4
import Testing

/// A response of STS or content of the token file, its effect on a caller, and the tokens that reach STS.
struct WebIdentityFault: Sendable {
  static let tokenFile = "/var/run/token"
  static let token = "eyJ.\(Planted.mark)+/=&%.sig"
  static let role = "arn:aws:iam::123456789012:role/reservations"

  let id: String
  let name: String
  /// Changes to the usual variables; an empty value removes one.
  var environment: [String: String] = [:]
  /// The content of the token file at each reading; the last one stays, and `nil` means a missing file.
  var tokens: [String?] = [token]
  /// The file reader that replaces these contents.
  var files: ProviderFiles?
  var faults: FaultPlan = []
  var outcome = FaultOutcome.works
  /// The tokens that reach STS, one for each request.
  var sent: [String]

  var row: FaultTableRow { FaultTableRow(id, name, requests: sent.map { _ in .tokenService }, play: play) }

  @Sendable private func play() async throws -> [FaultRequest] {
    let role = SecurityTokenService.Role(
      arn: Self.role, webIdentityToken: Self.token, credentials: Planted.credentials)
    return try await SecurityTokenService.start(role).whileRunning { service async throws in
      service.faults = faults
      let environment = [
        "AWS_WEB_IDENTITY_TOKEN_FILE": Self.tokenFile, "AWS_ROLE_ARN": Self.role,
        "AWS_ENDPOINT_URL_STS": service.baseURL,
      ].merging(self.environment) { $1 }
      let provider = WebIdentityCredentialProvider(
        environment: environment, transport: PatientTransport(),
        files: files ?? ProviderFiles(telling: tokens, at: Self.tokenFile), clock: TestClock().clock)
      try await outcome.check(provider)
      #expect(service.forms.map { $0["WebIdentityToken"] } == sent)
      for request in service.server.requests() {
        #expect(request.request.method == "POST" && request.request.target == "/")
        #expect(!request.request.headers.contains { $0.isNamed("authorization") })
      }
      return service.received
    }
  }

  static let all: [WebIdentityFault] = passing + terminal + documents + files + settings

  private static let passing: [WebIdentityFault] = [
    ("IDPCommunicationError", 400), ("InvalidIdentityToken", 400), ("Throttling", 400), ("InternalFailure", 500),
    ("ServiceUnavailable", 503), ("", 429), ("", 502),
  ].flatMap { code, status in
    let fault = Fault.answer(SecurityTokenService.failure(status, code, "try again"))
    return [
      .init(
        id: "W01", name: "\(status) \(code) always", tokens: (1...4).map { "\(token)\($0)" },
        faults: [.always(fault)], outcome: .fails(.badAnswer, naming: "\(status)"),
        sent: (1...3).map { "\(token)\($0)" }),
      WebIdentityFault(
        id: "W01", name: "\(status) \(code) twice", tokens: [token + "1", token + "2", token],
        faults: [.always(times: 2, fault)], sent: [token + "1", token + "2", token]),
    ]
  }

  private static let terminal: [WebIdentityFault] =
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
    "<AccessKeyId>a</AccessKeyId><SecretAccessKey>\(Planted.secret)</SecretAccessKey><SessionToken>\(Planted.token)</SessionToken>"

  private static let documents: [WebIdentityFault] = [
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

  private static let files: [WebIdentityFault] = [
    .init(id: "W04", name: "a token with characters that must be encoded", sent: [token]),
    .init(id: "W04", name: "a token's file that ends in a line break", tokens: [" \(token)\r\n"], sent: [token]),
    .init(
      id: "W04", name: "no token's file", tokens: [nil], outcome: .fails(.unreachable, naming: tokenFile),
      sent: []),
    .init(
      id: "W04", name: "a token's file that can't be read", files: .unreadable,
      outcome: .fails(.unreachable, naming: tokenFile), sent: []),
    .init(
      id: "W04", name: "an empty token's file", tokens: ["\n"], outcome: .fails(.unreachable, naming: tokenFile),
      sent: []
    ),
    .init(
      id: "W04", name: "a token of more than 20,000 bytes", tokens: [String(repeating: Planted.mark, count: 3000)],
      outcome: .fails(.unreachable, naming: "20,000"), sent: []),
  ]

  private static let settings: [WebIdentityFault] = [
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
      outcome: .fails(.misconfigured, naming: "AWS_ROLE_SESSION_NAME"), sent: []),
    .init(
      id: "W04", name: "neither region nor endpoint", environment: ["AWS_ENDPOINT_URL_STS": ""],
      outcome: .fails(.misconfigured, naming: "AWS_REGION"), sent: []),
    .init(
      id: "W04", name: "a region that is none",
      environment: ["AWS_ENDPOINT_URL_STS": "", "AWS_REGION": "evil.com/"],
      outcome: .fails(.misconfigured, naming: "evil.com/"), sent: []),
  ]
}
