import LocalAWS
import SigV4

extension FaultTable {
  static let tokenFaults: [InstanceMetadataFault] =
    broken + refused.flatMap(\.self) + failing.flatMap(\.self) + noToken + untrimmed + quoted + lifetimes + other

  /// Makes the service accept any token, for rows that invent one.
  private static let anyToken: [FaultPlan.Step] = [
    .onCredentials(.answer(200, goodDocument)),
    .on("GET", InstanceMetadataFault.listing, .answer(200, InstanceMetadataFault.roleName)),
  ]

  private static func answer(_ token: String, lifetime: String? = "21600") -> Fault {
    let headers = lifetime.map { [HeaderField("x-aws-ec2-metadata-token-ttl-seconds", $0)] } ?? []
    return .answer(LocalServer.Response(status: 200, text: token, headers: headers))
  }

  private static let withoutTokens: @Sendable (inout Instance) -> Void = { $0.httpTokens = .optional }

  private static let broken: [InstanceMetadataFault] = [
    .init(
      id: "F03", name: "token never answered", faults: [.onToken(.silent)],
      outcome: .fails(.timedOut, naming: "HttpPutResponseHopLimit"), requests: [.token], impatientAt: .token,
      instance: withoutTokens),
    .init(
      id: "F04", name: "token closed", faults: [.onToken(.closed)], outcome: .fails(.badAnswer),
      requests: [.token, .token, .token]),
    .init(
      id: "F04", name: "token reset", faults: [.onToken(.reset)], outcome: .fails(.badAnswer),
      requests: [.token, .token, .token]),
    .init(
      id: "F04", name: "token closed once", faults: [.onToken(times: 1, .closed)],
      requests: [.token, .token, .listing, .credentials]),
    .init(
      id: "F05", name: "token stalls in its body", faults: [.onToken(.stalled(afterBodyBytes: 8))],
      outcome: .fails(.timedOut), requests: [.token], impatientAt: .token),
    .init(
      id: "F06", name: "token 400", faults: [.onToken(.answer(400))], outcome: .fails(.badAnswer, naming: "400"),
      requests: [.token]),
    .init(
      id: "F07", name: "token 401", faults: [.onToken(.answer(401))], outcome: .fails(.badAnswer, naming: "401"),
      requests: [.token, .token, .token], instance: withoutTokens),
    .init(
      id: "F08", name: "all 403: metadata is disabled", outcome: .fails(.badAnswer, naming: "HttpEndpoint"),
      requests: [.token, .listing], instance: { $0.httpEndpoint = .disabled }),
  ]

  private static let refused: [[InstanceMetadataFault]] = [403, 404, 405].map { status in
    let id = status == 403 ? "F08" : "F09"
    let faults: FaultPlan = [.onToken(.answer(status))]
    let disabled = FaultOutcome.fails(.badAnswer, naming: "AWS_EC2_METADATA_V1_DISABLED")
    return [
      InstanceMetadataFault(
        id: id, name: "token \(status), version 1 is open", faults: faults,
        requests: [.token, .listing, .credentials, .token, .listing, .credentials], calls: 2,
        instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "token \(status), version 1 is closed", faults: faults,
        outcome: .fails(.badAnswer), requests: [.token, .listing]),
      InstanceMetadataFault(
        id: id, name: "token \(status), version 2 only", faults: faults, outcome: disabled, requests: [.token],
        version: .v2,
        instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "token \(status), version 1 is disabled", faults: faults, outcome: disabled, requests: [.token],
        environment: ["AWS_EC2_METADATA_V1_DISABLED": "True"], instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "token \(status), the parameter takes precedence", faults: faults,
        requests: [.token, .listing, .credentials],
        version: .automatic, environment: ["AWS_EC2_METADATA_V1_DISABLED": "true"], instance: withoutTokens),
    ]
  }

  private static let failing: [[InstanceMetadataFault]] = [429, 500, 502, 503, 504].map { status in
    let id = status == 429 ? "F10" : "F11"
    return [
      InstanceMetadataFault(
        id: id, name: "token \(status)", faults: [.onToken(.answer(status))],
        outcome: .fails(.badAnswer, naming: "\(status)"), requests: [.token, .token, .token], instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "token \(status) twice", faults: [.onToken(times: 2, .answer(status))],
        requests: [.token, .token, .token, .listing, .credentials]),
    ]
  }

  private static let noTokens: [(String, String)] = [
    ("F12", ""), ("F12", "\n"), ("F14", "a\nb"), ("F14", "a\r\nX-Y: z"), ("F14", "a\0b"), ("F14", "tökén"),
    ("F18", "<html><body>Log in</body></html>"),
  ]

  private static let noToken: [InstanceMetadataFault] = noTokens.map { id, text in
    InstanceMetadataFault(
      id: id, name: "token \(text.debugDescription)", faults: [.onToken(answer(text))],
      outcome: .fails(.badAnswer), requests: [.token], instance: withoutTokens)
  }

  private static let untrimmed: [InstanceMetadataFault] = [("", "\n"), (" ", "\r\n")].map { before, after in
    InstanceMetadataFault(
      id: "F13", name: "token between \(before.debugDescription) and \(after.debugDescription)",
      faults: FaultPlan([.onToken(answer(before + Planted.token + after))] + anyToken),
      requests: [.token, .listing, .credentials])
  }

  private static let quoted: [InstanceMetadataFault] = [
    .init(
      id: "F33", name: "credentials without success, with the session token in its message",
      faults: FaultPlan(
        [
          .onToken(answer(Planted.token, lifetime: "60")),
          .onCredentials(.answer(200, #"{"Code":"Failed","Message":"no \#(Planted.token)"}"#)),
        ] + anyToken), outcome: .fails(.badAnswer, naming: #": "Failed", "no <redacted>"."#),
      requests: [.token, .listing, .credentials])
  ]

  private static let lifetimes: [InstanceMetadataFault] = [
    (nil, isKept: true), ("abc", true), ("0", false), ("-5", false), ("99999999999999999999", true),
    ("9223372036854775807", true), ("-9223372036854775808", false), ("120", false), ("200", true),
  ].map { (lifetime: String?, isKept: Bool) in
    let requests: [FaultRequest] =
      [.token, .listing, .credentials] + (isKept ? [] : [.token]) + [.listing, .credentials]
    return InstanceMetadataFault(
      id: "F15", name: "token with a lifetime of \(lifetime ?? "nothing")",
      faults: FaultPlan([.onToken(answer(Planted.token, lifetime: lifetime))] + anyToken), requests: requests, calls: 2)
  }

  private static let other: [InstanceMetadataFault] = [
    .init(
      id: "F16", name: "token endless", faults: [.onToken(.endless)], outcome: .fails(.badAnswer, naming: "65536"),
      requests: [.token]),
    .init(
      id: "F16", name: "token of 10 MB", faults: [.onToken(.answer(200, String(repeating: "a", count: 10_000_000)))],
      outcome: .fails(.badAnswer, naming: "65536"), requests: [.token]),
    .init(
      id: "F18", name: "token from a captive portal", faults: [.onToken(.answer(200, "welcome"))],
      outcome: .fails(.badAnswer), requests: [.token, .listing, .token, .listing]),
  ]
}
