import LocalAWS
import SigV4
import Testing

@Suite(.timeLimit(.minutes(10))) struct LatticeServiceTests {
  private let denial =
    "is not authorized to perform: vpc-lattice-svcs:Invoke on resource: "
    + "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0/"

  /// A service that accepts `Authorization: session` as a signature, and nothing else.
  private func start(_ policy: AuthPolicy = .authenticatedOnly) async throws -> LatticeService {
    try await LatticeService.start(policy: policy) { request, _, _ in
      switch request.headers.first(where: { $0.isNamed("authorization") })?.value {
      case nil: .anonymous
      case "session": .authenticated(.session)
      default: .rejected("InvalidSignatureException: The request signature doesn't match.")
      }
    }
  }

  private func send(
    _ service: LatticeService, _ method: String, _ target: String = "/", _ authorization: String? = nil
  ) async throws -> String {
    let header = authorization.map { "Authorization: " + $0 } ?? "Accept: */*"
    return try await RawConnection.exchange(
      service.server.port, .request(method, target, header, "Content-Length: 0"))
  }

  @Test(arguments: ["GET", "POST"])
  func `a signed request is greeted`(method: String) async throws {
    try await start().whileRunning { service async throws in
      let answer = try await send(service, method, "/", "session")
      #expect(answer.status == 200)
      #expect(answer.body == "Hello From Lattice Reservations!")
    }
  }

  @Test func `an unsigned request is rejected in Lattice's words`() async throws {
    try await start().whileRunning { service async throws in
      let answer = try await send(service, "GET", "/rates?day=1")
      #expect(answer.status == 403)
      #expect(
        answer.body == "AccessDeniedException: User: anonymous \(denial)rates "
          + "because no service-based policy allows the vpc-lattice-svcs:Invoke action")
    }
  }

  @Test func `an explicit deny differs from a missing allow`() async throws {
    let json = #"{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}"#
    try await start(try AuthPolicy(json: json)).whileRunning { service async throws in
      let answer = try await send(service, "GET", "/", "session")
      #expect(answer.status == 403)
      #expect(
        answer.body == "AccessDeniedException: User: \(Principal.session.arn) \(denial) "
          + "with an explicit deny in a service-based policy")
    }
  }

  @Test func `a wrong signature is rejected with its reason, whatever the policy`() async throws {
    try await start(.everybody).whileRunning { service async throws in
      let answer = try await send(service, "GET", "/", "forged")
      #expect(answer.status == 403)
      #expect(answer.body == "InvalidSignatureException: The request signature doesn't match.")
      #expect(try await send(service, "GET").status == 200)
    }
  }

  @Test func `policy and greeting can be replaced while it runs`() async throws {
    try await start().whileRunning { service async throws in
      #expect(try await send(service, "GET", "/", "session").status == 200)
      service.policy = .authenticatedExceptGET
      service.greeting = "Hi"
      #expect(try await send(service, "GET", "/", "session").status == 403)
      #expect(try await send(service, "POST", "/", "session").body == "Hi")
    }
  }

  @Test(
    arguments: [
      ("Allow", "Allow", 200, nil), ("Allow", "Deny", 403, "with an explicit deny in a service-based policy"),
      ("Deny", "Allow", 403, "with an explicit deny in a network-based policy"),
      (nil, "Allow", 403, "because no network-based policy allows the vpc-lattice-svcs:Invoke action"),
      ("Allow", nil, 403, "because no service-based policy allows the vpc-lattice-svcs:Invoke action"),
    ] as [(String?, String?, Int, String?)])
  func `the network's and the service's policy must allow a request`(
    network: String?, service: String?, status: Int, reason: String?
  ) async throws {
    func policy(_ effect: String?) throws -> AuthPolicy {
      let (effect, path) = effect.map { ($0, "") } ?? ("Allow", "/nothing")
      return try AuthPolicy(
        json: #"{"Statement":{"Effect":"\#(effect)","Principal":"*","Action":"*","Resource":"*\#(path)"}}"#)
    }
    let servicePolicy = try policy(service)
    try await start(servicePolicy).whileRunning { service async throws in
      service.networkPolicy = try policy(network)
      let (exchanges, continuation) = AsyncStream<LatticeService.Exchange>.makeStream()
      service.exchanged = { continuation.yield($0) }
      let answer = try await send(service, "GET", "/", "session")
      #expect(answer.status == status)
      #expect(reason.map { answer.body.hasSuffix($0) } ?? (answer.body == service.greeting))
      let exchange = await exchanges.first { _ in true }
      #expect(exchange?.status == status && exchange?.sender == .authenticated(.session))
      #expect(exchange?.evaluation?.decision == servicePolicy.decision(for: try question()))
      #expect(exchange?.message == (status == 200 ? nil : String(answer.body)))
    }
  }

  private func question() throws -> AuthPolicy.Request {
    try AuthPolicy.Request(
      principal: .session, service: LatticeService.exampleARN,
      request: SignableRequest(method: "GET", target: "/", headers: []))
  }

  @Test func `conditions see the service's context and its clock`() async throws {
    let policy = try AuthPolicy(
      json: #"""
        {"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{
          "StringEquals":{"vpc-lattice-svcs:SourceVpc":"vpc-2"},"DateGreaterThan":{"aws:CurrentTime":"2100"}}}}
        """#)
    try await start(policy).whileRunning { service async throws in
      #expect(try await send(service, "GET").status == 403)
      try service.context.set("vpc-lattice-svcs:SourceVpc", to: ["vpc-2"])
      #expect(try await send(service, "GET").status == 403)
      service.clock.offset = .seconds(86_400 * 365 * 100)
      #expect(try await send(service, "GET").status == 200)
    }
  }
}
