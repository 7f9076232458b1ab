import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

extension FaultTableTests {
  // One row after the other: hundreds at once would keep each other, and all other tests, waiting.
  @Test(.serialized, arguments: ContainerFaultRow.rows)
  func `each fault of a container endpoint has its outcome and its requests`(row: ContainerFaultRow) async throws {
    let container = ContainerCredentialsService.Container(
      credentials: Self.credentials, authorization: ContainerFaultRow.token)
    try await ContainerCredentialsService.start(container).whileRunning { service async throws in
      service.faults = row.faults
      let provider = ContainerCredentialProvider(
        environment: row.environment(service.url), transport: PatientTransport(firstByte: row.deadline),
        files: row.files ?? ProviderFiles(telling: row.tokens, at: ContainerFaultRow.tokenFile),
        clock: TestClock().clock)
      for _ in 0..<row.calls { try await expect(row.outcome, of: provider) }
      // A busy endpoint may get to see the last request only after its sender has given up.
      if row.deadline != patience { try await service.server.received(row.requests) }
      #expect(service.server.requests().count == row.requests)
      for request in service.server.requests() {
        let headers = request.request.headers
        #expect(headers.filter { $0.isNamed("authorization") }.map(\.value) == [row.sentToken])
        #expect(headers.filter { $0.isNamed("accept") }.map(\.value) == ["application/json"])
      }
    }
  }

  @Test(arguments: [
    "http://169.254.170.2:8080/x", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
    "http://[::1]:456/", "http://127.1.2.3:456/", "http://localhost/", "http://LOCALHOST:1/",
    "https://example.com/x?y=z",
  ])
  func `E01: the hosts that are allowed are asked, with path and query`(url: String) async throws {
    let transport = RecordingTransport()
    let provider = ContainerCredentialProvider(
      environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], transport: transport, clock: TestClock().clock)
    await #expect(throws: CredentialError.self) { try await provider.credentials() }
    #expect(transport.requests.first?.url == url)
  }

  @Test func `E09: the relative URI is asked at the agent of ECS, and beats the full one`() async throws {
    let transport = RecordingTransport()
    let provider = ContainerCredentialProvider(
      environment: [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials?id=1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "made-up",
      ], transport: transport, clock: TestClock().clock)
    await #expect(throws: CredentialError.self) { try await provider.credentials() }
    #expect(transport.requests.first?.url == "http://169.254.170.2/v2/credentials?id=1")
    #expect(transport.requests.first?.headers.contains(HeaderField("Authorization", "made-up")) == true)
  }

  @Test func `F50: a container's proxy variables are of no account`() async throws {
    try await ContainerCredentialsService.start(
      ContainerCredentialsService.Container(credentials: Self.credentials)
    ).whileRunning { service async throws in
      let provider = ContainerCredentialProvider(environment: [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url, "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
      ])
      // The transport is the default one, whose deadline a busy machine may miss; a proxy that refuses is told at once.
      while true {
        do {
          #expect(try await provider.credentials() == Self.credentials)
          break
        } catch let error as CredentialError where error.code == .timedOut {}
      }
    }
  }

  /// Calls `provider` once, and checks what comes of it.
  func expect(_ outcome: FaultTableRow.Outcome, of provider: some CredentialProvider) async throws {
    var shown = [SecretLeakTests.texts(provider)]
    switch outcome {
    case .works:
      let credentials = try await provider.credentials()
      #expect(credentials == Self.credentials)
      shown.append(SecretLeakTests.texts(credentials))
    case .fails(let code, let name):
      let error = try #require(await #expect(throws: CredentialError.self) { try await provider.credentials() })
      #expect(error.code == code, "\(error)")
      #expect(name.map { error.message.contains($0) } ?? true, "\(error)")
      shown.append(SecretLeakTests.texts(error))
    }
    Self.expectNoSecret(in: shown.joined())
  }
}

/// The sockets of the library, with all the time that a busy machine may need.
struct PatientTransport: HTTPTransport {
  /// How long the answer may take, which is less where none comes.
  var firstByte = patience

  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    var request = request
    request.deadlines = TransportDeadlines(connect: patience, firstByte: firstByte, whole: firstByte * 2)
    return try await SocketTransport().send(request)
  }
}

extension ProviderFiles {
  /// Files that are there and can't be read.
  static let unreadable = ProviderFiles { (_: String) throws(Failure) -> [UInt8] in throw .unreadable }

  /// Files of which there is one, which holds another text at each reading; `nil` stands for no file.
  init(telling texts: [String?], at path: String) {
    let rest = Mutex(texts)
    self.init { (asked: String) throws(Failure) -> [UInt8] in
      let text = rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? nil }
      guard asked == path, let text else { throw .missing }
      return Array(text.utf8)
    }
  }
}
