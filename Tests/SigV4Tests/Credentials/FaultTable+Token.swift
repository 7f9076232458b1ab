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
      id: "F03", name: "T never answered", faults: [.onToken(.silent)],
      outcome: .fails(.timedOut, naming: "HttpPutResponseHopLimit"), requests: "T", impatientAt: "T",
      instance: withoutTokens),
    .init(
      id: "F04", name: "T closed", faults: [.onToken(.closed)], outcome: .fails(.badAnswer), requests: "TTT"),
    .init(id: "F04", name: "T reset", faults: [.onToken(.reset)], outcome: .fails(.badAnswer), requests: "TTT"),
    .init(id: "F04", name: "T closed once", faults: [.onToken(times: 1, .closed)], requests: "TTLC"),
    .init(
      id: "F05", name: "T stalls in its body", faults: [.onToken(.stalled(afterBodyBytes: 8))],
      outcome: .fails(.timedOut), requests: "T", impatientAt: "T"),
    .init(
      id: "F06", name: "T 400", faults: [.onToken(.answer(400))], outcome: .fails(.badAnswer, naming: "400"),
      requests: "T"),
    .init(
      id: "F07", name: "T 401", faults: [.onToken(.answer(401))], outcome: .fails(.badAnswer, naming: "401"),
      requests: "TTT", instance: withoutTokens),
    .init(
      id: "F08", name: "all 403: metadata is disabled", outcome: .fails(.badAnswer, naming: "HttpEndpoint"),
      requests: "TL", instance: { $0.httpEndpoint = .disabled }),
  ]

  private static let refused: [[InstanceMetadataFault]] = [403, 404, 405].map { status in
    let id = status == 403 ? "F08" : "F09"
    let faults: FaultPlan = [.onToken(.answer(status))]
    let disabled = FaultOutcome.fails(.badAnswer, naming: "AWS_EC2_METADATA_V1_DISABLED")
    return [
      InstanceMetadataFault(
        id: id, name: "T \(status), version 1 is open", faults: faults, requests: "TLCTLC", calls: 2,
        instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "T \(status), version 1 is closed", faults: faults,
        outcome: .fails(.badAnswer, naming: "session token"), requests: "TL"),
      InstanceMetadataFault(
        id: id, name: "T \(status), version 2 only", faults: faults, outcome: disabled, requests: "T", version: .v2,
        instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "T \(status), version 1 is disabled", faults: faults, outcome: disabled, requests: "T",
        environment: ["AWS_EC2_METADATA_V1_DISABLED": "True"], instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "T \(status), the parameter takes precedence", faults: faults, requests: "TLC",
        version: .automatic, environment: ["AWS_EC2_METADATA_V1_DISABLED": "true"], instance: withoutTokens),
    ]
  }

  private static let failing: [[InstanceMetadataFault]] = [429, 500, 502, 503, 504].map { status in
    let id = status == 429 ? "F10" : "F11"
    return [
      InstanceMetadataFault(
        id: id, name: "T \(status)", faults: [.onToken(.answer(status))],
        outcome: .fails(.badAnswer, naming: "\(status)"), requests: "TTT", instance: withoutTokens),
      InstanceMetadataFault(
        id: id, name: "T \(status) twice", faults: [.onToken(times: 2, .answer(status))], requests: "TTTLC"),
    ]
  }

  private static let noTokens: [(String, String)] = [
    ("F12", ""), ("F12", "\n"), ("F14", "a\nb"), ("F14", "a\r\nX-Y: z"), ("F14", "a\0b"), ("F14", "tökén"),
    ("F18", "<html><body>Log in</body></html>"),
  ]

  private static let noToken: [InstanceMetadataFault] = noTokens.map { id, text in
    InstanceMetadataFault(
      id: id, name: "T \(text.debugDescription)", faults: [.onToken(answer(text))],
      outcome: .fails(.badAnswer, naming: "session token"), requests: "T", instance: withoutTokens)
  }

  private static let untrimmed: [InstanceMetadataFault] = [("", "\n"), (" ", "\r\n")].map { before, after in
    InstanceMetadataFault(
      id: "F13", name: "T between \(before.debugDescription) and \(after.debugDescription)",
      faults: FaultPlan([.onToken(answer(before + Planted.token + after))] + anyToken), requests: "TLC")
  }

  private static let quoted: [InstanceMetadataFault] = [
    .init(
      id: "F33", name: "C not a success, with the session token in its message",
      faults: FaultPlan(
        [
          .onToken(answer(Planted.token, lifetime: "60")),
          .onCredentials(.answer(200, #"{"Code":"Failed","Message":"no \#(Planted.token)"}"#)),
        ] + anyToken), outcome: .fails(.badAnswer, naming: #": "Failed", "no <redacted>"."#), requests: "TLC")
  ]

  private static let lifetimes: [InstanceMetadataFault] = [
    (nil, "TLCLC"), ("abc", "TLCLC"), ("0", "TLCTLC"), ("-5", "TLCTLC"), ("99999999999999999999", "TLCLC"),
    ("9223372036854775807", "TLCLC"), ("-9223372036854775808", "TLCTLC"), ("120", "TLCTLC"), ("200", "TLCLC"),
  ].map { (lifetime: String?, requests: String) in
    InstanceMetadataFault(
      id: "F15", name: "T with a lifetime of \(lifetime ?? "nothing")",
      faults: FaultPlan([.onToken(answer(Planted.token, lifetime: lifetime))] + anyToken), requests: requests, calls: 2)
  }

  private static let other: [InstanceMetadataFault] = [
    .init(
      id: "F16", name: "T endless", faults: [.onToken(.endless)], outcome: .fails(.badAnswer, naming: "65536"),
      requests: "T"),
    .init(
      id: "F16", name: "T of 10 MB", faults: [.onToken(.answer(200, String(repeating: "a", count: 10_000_000)))],
      outcome: .fails(.badAnswer, naming: "65536"), requests: "T"),
    .init(
      id: "F18", name: "T a word of a captive portal", faults: [.onToken(.answer(200, "welcome"))],
      outcome: .fails(.badAnswer), requests: "TLTL"),
  ]
}
