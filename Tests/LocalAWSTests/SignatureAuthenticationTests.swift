import Foundation
import LocalAWS
import SigV4
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The Lattice service that checks signatures, over loopback.
@Suite(.timeLimit(.minutes(10))) struct SignatureAuthenticationTests {
  private static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "PLANTED-SECRET", sessionToken: "PLANTED-TOKEN")

  /// Returns the service's response to a request that is signed with `secret` and then changed.
  private func answer(
    secret: String = "PLANTED-SECRET", id: String = "AKIDEXAMPLE", policy: AuthPolicy = .authenticatedOnly,
    _ change: (inout SignableRequest) -> Void = { _ in }
  ) async throws -> String {
    let authentication = SignatureAuthentication(
      region: "us-west-2", credentials: Self.credentials, principal: .session)
    let service = try await LatticeService.start(policy: policy, authenticate: authentication.authenticate)
    return try await service.whileRunning { service async throws in
      var request = SignableRequest(
        method: "POST", target: "/reservations/a%20b?day=1",
        headers: [HeaderField("Host", "127.0.0.1:\(service.server.port)"), HeaderField("Content-Length", "0")])
      let credentials = Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: "PLANTED-TOKEN")
      try Signer(service: .vpcLattice, region: "us-west-2").sign(&request, with: credentials, at: Date())
      change(&request)
      return try await send(request, to: service)
    }
  }

  private func expectRefusal(_ answer: String, _ sentence: String) {
    #expect(answer.status == 403)
    #expect(answer.body.hasPrefix("InvalidSignatureException: "))
    #expect(answer.body.contains("Diagnosis: "))
    #expect(answer.body.contains(sentence), "\(answer.body)")
    #expect(!answer.contains("PLANTED"))
  }

  @Test func `a valid signature is accepted`() async throws {
    #expect(try await answer().status == 200)
  }

  @Test func `a wrong secret is rejected, with an explanation`() async throws {
    expectRefusal(try await answer(secret: "another"), "unknown: The cause is unknown")
    expectRefusal(
      try await answer(secret: "another", id: "AKIDOTHER"), "likely: The request is signed with the key AKIDOTHER")
  }

  @Test func `a path that was changed on the way is rejected, with the cause`() async throws {
    expectRefusal(
      try await answer { $0.target = "/v1" + $0.target }, "certain: The path is signed without its first segment")
    expectRefusal(try await answer { $0.target = "/reservations/a%20b/?day=1" }, "the slash at its end")
  }

  @Test(arguments: ["//admin", "/./admin", "/a/../admin", "/%61dmin", "/admin?x=1"])
  func `a signature for a denied path allows no other form of the path`(target: String) async throws {
    let policy = try AuthPolicy(
      json: #"""
        {"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
          {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*/admin"}]}
        """#)
    let answer = try await answer(policy: policy) { request in
      request.target = target
      _ = try? Signer(service: .vpcLattice, region: "us-west-2").sign(&request, with: Self.credentials, at: Date())
    }
    #expect(answer.status == 403)
    #expect(answer.body.contains("explicit deny"))
  }

  @Test(arguments: ["http://127.0.0.1/reservations", "*", "/a#b"])
  func `a target that isn't a path is a bad request, whatever the policy`(target: String) async throws {
    #expect(try await answer(policy: .everybody) { $0.target = target }.status == 400)
  }

  @Test func `a client that corrects its clock by a rejection's Date is accepted, whatever the clock`()
    async throws
  {
    let authentication = SignatureAuthentication(
      region: "us-west-2", credentials: Self.credentials, principal: .session)
    let service = try await LatticeService.start(authenticate: authentication.authenticate)
    try await service.whileRunning { service async throws in
      var skew = ClockSkew.none
      for offset in [0, 3600, 3600, -1800, 86_400 * 400, 0, 299] {
        service.clock.offset = .seconds(offset)
        var statuses: [Int?] = []
        for _ in 0..<3 where statuses.last != 200 {
          let localTime = Date()
          let signedTime = skew.serverTime(at: localTime)
          var request = SignableRequest(
            method: "GET", target: "/", headers: [HeaderField("Host", "127.0.0.1:\(service.server.port)")])
          try Signer(service: .vpcLattice, region: "us-west-2").sign(&request, with: Self.credentials, at: signedTime)
          let answer = try await send(request, to: service)
          statuses.append(answer.status)
          let head = answer.split(separator: "\r\n").map { $0.split(separator: ": ", maxSplits: 1) }
          let headers = head.filter { $0.count == 2 }.map { HeaderField(String($0[0]), String($0[1])) }
          let reason = ServiceErrorResponse(String(answer.body), status: answer.status ?? 0, headers: headers)
            .clockSkew(signedAt: signedTime, localTime: localTime)
          if let reason { skew = reason }
        }
        // At most one rejection, after which the whole difference is known.
        #expect(statuses == [200] || statuses == [403, 200], "\(offset)")
        #expect(abs(skew.offset.components.seconds - Int64(offset)) <= 300)
      }
    }
  }

  @Test func `a signing session is greeted whatever the clock, and gets the denial of a policy unchanged`() async throws
  {
    let authentication = SignatureAuthentication(
      region: "us-west-2", credentials: Self.credentials, principal: .session)
    let service = try await LatticeService.start(authenticate: authentication.authenticate)
    try await service.whileRunning { service async throws in
      let session = SigningSession(
        service: .vpcLattice, region: "us-west-2", credentials: StaticCredentialProvider(Self.credentials))
      let request = URLRequest(url: try #require(URL(string: service.baseURL)))
      for (offset, count) in [(0, 1), (3600, 3), (3600, 4), (-1800, 6)] {
        service.clock.offset = .seconds(offset)
        let (body, response) = try await session.data(for: request)
        #expect(response.statusCode == 200)
        #expect(String(decoding: body, as: UTF8.self) == "Hello From Lattice Reservations!")
        #expect(service.server.requests().count == count)
      }
      service.policy = try AuthPolicy(
        json: #"{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}"#)
      let (body, response) = try await session.data(for: request)
      #expect(response.statusCode == 403)
      #expect(String(decoding: body, as: UTF8.self).contains("explicit deny"))
      #expect(service.server.requests().count == 7)
    }
  }

  private func send(_ request: SignableRequest, to service: LatticeService) async throws -> String {
    let lines = ["\(request.method) \(request.target) HTTP/1.1"] + request.headers.map { "\($0.name): \($0.value)" }
    return try await RawConnection.exchange(
      service.server.port, lines.joined(separator: "\r\n") + "\r\nConnection: close\r\n\r\n")
  }

  @Test func `an error other than a wrong signature needs no search`() async throws {
    let answer = try await answer { request in request.headers.removeAll { $0.isNamed("x-amz-security-token") } }
    #expect(answer.status == 403)
    #expect(answer.body.hasPrefix("IncompleteSignatureException: 'x-amz-security-token' is named as a SignedHeader"))
  }
}
