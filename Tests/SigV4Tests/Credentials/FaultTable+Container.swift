import LocalAWS
import SigV4
import Synchronization
import Testing

extension FaultTable {
  static let containerRows = allowed + addresses + proxies

  private static let allowed: [FaultTableRow] = [
    "http://169.254.170.2:8080/x", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
    "http://[::1]:456/", "http://127.1.2.3:456/", "http://localhost/", "http://LOCALHOST:1/",
    "https://example.com/x?y=z",
  ].map { url in
    FaultTableRow("E01", "\(url) is requested, with path and query", requests: [.container, .container, .container]) {
      let transport = RecordingTransport()
      let provider = ContainerCredentialProvider(
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], transport: transport, clock: TestClock().clock)
      let error = try await provider.checkedError()
      #expect(error.code == .unreachable)
      return transport.received(url)
    }
  }

  private static let addresses = [
    FaultTableRow(
      "E09", "the relative URI is requested from the ECS agent, before the full one",
      requests: [.container, .container, .container]
    ) {
      let transport = RecordingTransport()
      let provider = ContainerCredentialProvider(
        environment: [
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials?id=1",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/",
          "AWS_CONTAINER_AUTHORIZATION_TOKEN": Planted.token,
        ], transport: transport, clock: TestClock().clock)
      let error = try await provider.checkedError()
      #expect(error.code == .unreachable)
      #expect(transport.requests.allSatisfy { $0.headers.contains(HeaderField("Authorization", Planted.token)) })
      return transport.received("http://169.254.170.2/v2/credentials?id=1")
    }
  ]

  private static let proxies = [
    FaultTableRow("F50", "a container's proxy variables are ignored", requests: [.container]) {
      try await ContainerCredentialsService.start(
        ContainerCredentialsService.Container(credentials: Planted.credentials)
      ).whileRunning { service async throws in
        let provider = ContainerCredentialProvider(
          environment: [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url, "HTTP_PROXY": "http://127.0.0.1:1",
            "http_proxy": "http://127.0.0.1:1",
          ], transport: PatientTransport(next: DefaultTransport()))
        try await FaultOutcome.works.check(provider)
        return service.server.requests().map { _ in .container }
      }
    }
  ]
}

extension RecordingTransport {
  /// The requests, of which only those to `url` are expected.
  fileprivate func received(_ url: String) -> [FaultRequest] { requests.map { $0.url == url ? .container : .unknown } }
}

/// The sockets of the library, with deadlines for a busy machine.
struct PatientTransport: HTTPTransport {
  /// The maximum time for the answer; shorter if none arrives.
  var firstByte = patience
  var next: any HTTPTransport = SocketTransport()

  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    var request = request
    request.deadlines = TransportDeadlines(connect: patience, firstByte: firstByte, whole: firstByte * 2)
    return try await next.send(request)
  }
}

extension ProviderFiles {
  /// Files that exist and can't be read.
  static let unreadable = ProviderFiles { (_: String) throws(Failure) -> [UInt8] in throw .unreadable }

  /// Reads a single file, with another content at each reading; `nil` means a missing file.
  init(telling texts: [String?], at path: String) {
    let rest = Mutex(texts)
    self.init { (asked: String) throws(Failure) -> [UInt8] in
      let text = rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? nil }
      guard asked == path, let text else { throw .missing }
      return Array(text.utf8)
    }
  }
}
