import LocalAWS
import SigV4
import Testing

/// A fault of container credentials, its effect on a caller, and the number of requests that reach the endpoint.
struct ContainerFault: Sendable {
  static let target = "/v1/credentials"
  static let tokenFile = "/var/run/token"
  /// The `Authorization` value that the endpoint requires.
  static let token = Planted.token

  let id: String
  let name: String
  /// The variables for the endpoint's URL; defaults to its URL and the token file.
  var environment: @Sendable (String) -> [String: String] = Self.usual
  /// The content of the token file at each reading; the last one stays, and `nil` means a missing file.
  var tokens: [String?] = [token]
  /// The file reader that replaces these contents.
  var files: ProviderFiles?
  /// The `Authorization` value that is sent.
  var sentToken = token
  var faults: FaultPlan = []
  var outcome = FaultOutcome.works
  /// The number of requests that reach the endpoint.
  var requests: Int
  var calls = 1
  /// The maximum wait for an answer; short if none arrives.
  var deadline = patience

  var row: FaultTableRow {
    FaultTableRow(id, name, requests: Array(repeating: .container, count: requests), play: play)
  }

  @Sendable private func play() async throws -> [FaultRequest] {
    let container = ContainerCredentialsService.Container(credentials: Planted.credentials, authorization: Self.token)
    return try await ContainerCredentialsService.start(container).whileRunning { service async throws in
      service.faults = faults
      let provider = ContainerCredentialProvider(
        environment: environment(service.url), transport: PatientTransport(firstByte: deadline),
        files: files ?? ProviderFiles(telling: tokens, at: Self.tokenFile), clock: TestClock().clock)
      for _ in 0..<calls { try await outcome.check(provider) }
      // A busy endpoint may receive the last request only after its sender has given up.
      if deadline != patience { try await service.server.received(requests) }
      for request in service.server.requests() {
        let headers = request.request.headers
        #expect(headers.filter { $0.isNamed("authorization") }.map(\.value) == [sentToken])
        #expect(headers.filter { $0.isNamed("accept") }.map(\.value) == ["application/json"])
      }
      return service.server.requests().map { _ in .container }
    }
  }

  static let usual: @Sendable (String) -> [String: String] = { url in
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": tokenFile]
  }

  /// The variables with this URL in place of the endpoint's.
  private static func full(_ url: String) -> @Sendable (String) -> [String: String] { { _ in usual(url) } }

  static let all: [ContainerFault] = hosts + tokens + answers + relative

  private static let hosts: [ContainerFault] =
    [
      ("E01", "http://example.com/"), ("E01", "http://169.254.0.1/"), ("E01", "http://169.1.2.3/"),
      ("E01", "http://169.254.170.22/"), ("E01", "http://128.0.0.1/"), ("E01", "http://[fd00:ec2::24]/"),
      ("E02", "http://127.0.0.1.evil.com/"), ("E02", "http://127.0.0/"), ("E02", "http://0127.0.0.1/"),
      ("E02", "http://127.0.0.010/"), ("E02", "http://127.010.0.1/"), ("E02", "http://127.0.0.00/"),
      ("E02", "http://localhost.evil.com/"), ("E02", "http://2130706433/"), ("E02", "http://127.0.0.256/"),
    ].map { id, url in
      .init(
        id: id, name: "http to \(url)", environment: full(url),
        outcome: .fails(.misconfigured, naming: "AWS_CONTAINER_CREDENTIALS_FULL_URI"), requests: 0)
    }
    + [
      ("E02", "http://169.254.170.2@evil.com/"), ("E02", "http://169.254.170.2#@evil.com/"),
      ("E02", "http://127.0.0.1\\@evil.com/"), ("E02", "file:///etc/passwd"), ("E02", "//127.0.0.1/"),
      ("E02", "http://127.0.0.1/a b"), ("E02", "http://127.0.0.1/\r\nX-Y: z"),
    ].map { id, url in
      .init(
        id: id, name: "\(url.debugDescription), an unusable URL", environment: full(url),
        outcome: .fails(.misconfigured, naming: "AWS_CONTAINER_CREDENTIALS_FULL_URI"), requests: 0)
    }

  private static let tokens: [ContainerFault] = [
    .init(
      id: "E03", name: "a line break in the token's file", tokens: ["\(token)\nX-Y: z"],
      outcome: .fails(.misconfigured, naming: "AWS_CONTAINER_AUTHORIZATION_TOKEN"), requests: 0),
    .init(
      id: "E03", name: "a line break in the token's variable",
      environment: {
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI": $0, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "\(token)\r\nX-Y: z"]
      },
      outcome: .fails(.misconfigured, naming: "AWS_CONTAINER_AUTHORIZATION_TOKEN"), requests: 0),
    .init(id: "E04", name: "a token's file that ends in LF", tokens: [token + "\n"], requests: 1),
    .init(id: "E04", name: "a token's file that ends in CR LF", tokens: [token + "\r\n"], requests: 1),
    .init(
      id: "E04", name: "a token's file that ends in two LF", tokens: [token + "\n\n"],
      outcome: .fails(.misconfigured, naming: "AWS_CONTAINER_AUTHORIZATION_TOKEN"), requests: 0),
    .init(
      id: "E05", name: "no token's file", tokens: [nil], outcome: .fails(.unreachable, naming: tokenFile),
      requests: 0),
    .init(
      id: "E05", name: "an empty token's file", tokens: ["\n"], outcome: .fails(.unreachable, naming: tokenFile),
      requests: 0),
    .init(
      id: "E05", name: "a token's file that can't be read", files: .unreadable,
      outcome: .fails(.unreachable, naming: tokenFile), requests: 0),
    .init(
      id: "E05", name: "a wrong token", tokens: [token + "2"], sentToken: token + "2",
      outcome: .fails(.badAnswer, naming: "AccessDeniedException"), requests: 1),
    .init(
      id: "E06", name: "the token's file is read at each fetch", tokens: [token, token + "\n"], requests: 2, calls: 2),
    .init(
      id: "E06", name: "the token in the variable",
      environment: { ["AWS_CONTAINER_CREDENTIALS_FULL_URI": $0, "AWS_CONTAINER_AUTHORIZATION_TOKEN": token] },
      tokens: [nil], requests: 1),
    .init(
      id: "E06", name: "the token file takes precedence over its variable",
      environment: { usual($0).merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN": token + "2"]) { $1 } }, requests: 1),
  ]

  private static let answers: [ContainerFault] =
    [
      .init(
        id: "E07", name: "400 with code and message",
        faults: [.always(.answer(ContainerCredentialsService.failure(400, "InvalidRequest", "no such pod")))],
        outcome: .fails(.badAnswer, naming: #"400: "InvalidRequest", "no such pod""#), requests: 1),
      .init(
        id: "E07", name: "200 with code and message",
        faults: [.always(.answer(200, #"{"code":"AccessDenied","message":"no role"}"#))],
        outcome: .fails(.badAnswer, naming: #""AccessDenied", "no role""#), requests: 1),
      .init(
        id: "E07", name: "an error that quotes the token",
        faults: [.always(.answer(ContainerCredentialsService.failure(403, "Denied", "no \(token)")))],
        outcome: .fails(.badAnswer, naming: #"403: "Denied", "no <redacted>"."#), requests: 1),
      .init(
        id: "E08", name: "404", faults: [.always(.answer(404))], outcome: .fails(.badAnswer, naming: "404"), requests: 1
      ),
      .init(
        id: "E08", name: "404 at a path that is a secret", environment: { usual($0 + "/\(Planted.mark)") },
        outcome: .fails(.badAnswer, naming: "404"), requests: 1),
      .init(
        id: "E08", name: "a redirect", faults: [.always(.redirect(to: "http://127.0.0.1:1/"))],
        outcome: .fails(.badAnswer), requests: 1),
      .init(
        id: "E08", name: "endless", faults: [.always(times: 3, .endless)], outcome: .fails(.badAnswer, naming: "65536"),
        requests: 3),
      .init(
        id: "E08", name: "silent", faults: [.always(.silent)], outcome: .fails(.timedOut), requests: 3,
        deadline: .milliseconds(500)),
      .init(
        id: "E08", name: "stalled", faults: [.always(.stalled(afterBodyBytes: 9))], outcome: .fails(.timedOut),
        requests: 3, deadline: .milliseconds(500)),
      .init(
        id: "E08", name: "no JSON", faults: [.always(.answer(200, "<html>"))],
        outcome: .fails(.badAnswer, naming: "JSON"),
        requests: 3),
      .init(
        id: "E08", name: "a field is missing",
        faults: [.always(.answer(200, #"{"AccessKeyId":"a","Token":"\#(token)"}"#))],
        outcome: .fails(.badAnswer, naming: "SecretAccessKey"), requests: 3),
    ]
    + [Fault.answer(429), .answer(500), .answer(503), .reset, .closed, .truncated(afterBodyBytes: 9)].flatMap { fault in
      [
        .init(
          id: "E08", name: "\(fault)".prefix(60) + " always", faults: [.always(fault)], outcome: .fails(.badAnswer),
          requests: 3),
        ContainerFault(
          id: "E08", name: "\(fault)".prefix(60) + " twice", faults: [.always(times: 2, fault)], requests: 3),
      ]
    }

  private static let relative: [ContainerFault] =
    [
      "v2/credentials", ".evil.com/", ":80/", "@evil.com/", "/a b", "/\r\nX-Y: z",
    ].map { path in
      .init(
        id: "E09", name: "the relative URI \(path.debugDescription)",
        environment: { _ in ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": path] },
        outcome: .fails(.misconfigured, naming: "RELATIVE_URI"), requests: 0)
    } + [
      .init(
        id: "E09", name: "no URI", environment: { _ in ["AWS_CONTAINER_AUTHORIZATION_TOKEN": token] },
        outcome: .fails(.notConfigured, naming: "AWS_CONTAINER_CREDENTIALS_FULL_URI"), requests: 0)
    ]
}
