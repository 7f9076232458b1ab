import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct ContainerEndpointTests {
  @Test(arguments: [
    "http://169.254.169.254/", "http://example.test/", "http://2130706433/", "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/", "http://127.1/", "http://127.0.0.010/", "http://127.0.0.01/", "http://127.0.0.256/",
    "http://127.0.0.1.example.test/", "http://127.0.0/", "http://127.0.0.1./", "http://127.0.0./", "http://127.0.0.+1/",
    "http://0/", "http://0.0.0.0/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/", "http://[64:ff9b::127.0.0.1]/", "http://[fd00:ec2::254]/", "http://[::1%25lo]/",
    "http://[::1]example.test/", "http://localhost./", "http://localhost.example.test/", "http://localhost%00/",
    "http://%6cocalhost/", "http://127.0.0.1@example.test/", "http://example.test#@127.0.0.1/",
    "http://example.test\\@127.0.0.1/", "http://example.test:80@127.0.0.1/", "http://①27.0.0.1/", "http://127。0。0。1/",
    "http://127.0.0.1\u{301}/", "http://l\u{1D0F}calhost/", "http://xn--localhost-/", "http:///127.0.0.1",
    "http:127.0.0.1/",
    "//127.0.0.1/", "ftp://127.0.0.1/", "http://127.0.0.1:080000/", "http://127.0.0.1:-1/", "http://127.0.0.1:+80/",
  ])
  func `an http URL with another host, or one that looks allowed, is never requested`(url: String) async {
    struct Unused: HTTPTransport {
      func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        Issue.record("\(request) was sent")
        return TransportResponse(status: 200)
      }
    }
    let provider = ContainerCredentialProvider(
      environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], transport: Unused())
    let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
    #expect(error?.code == .misconfigured)
  }

  @Test(arguments: ["127.0.0.1", "localhost", "LocalHost"])
  func `an allowed host is this machine`(host: String) async throws {
    try await ContainerCredentialsService.start(
      ContainerCredentialsService.Container(credentials: Planted.credentials)
    ).whileRunning { service async throws in
      let provider = ContainerCredentialProvider(
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://\(host):\(service.server.port)/v1/credentials"],
        transport: PatientTransport())
      #expect(try await provider.checkedCredentials() == Planted.credentials)
    }
  }
}
