import Foundation
import LocalAWS
import SigV4
import Testing

/// The Lattice service that checks signatures, over loopback.
@Suite struct SignatureAuthenticationTests {
  private static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "PLANTED-SECRET", sessionToken: "PLANTED-TOKEN")

  /// What the service answers to a request that is signed with `secret` and then changed.
  private func answer(
    secret: String = "PLANTED-SECRET", id: String = "AKIDEXAMPLE",
    _ change: (inout SignableRequest) -> Void = { _ in }
  ) async throws -> String {
    let authentication = SignatureAuthentication(
      region: "us-west-2", credentials: Self.credentials, principal: .session)
    let service = try await LatticeService.start(authenticate: authentication.authenticate)
    return try await service.whileRunning { service async throws in
      var request = SignableRequest(
        method: "POST", target: "/reservations/a%20b?day=1",
        headers: [HeaderField("Host", "127.0.0.1:\(service.server.port)"), HeaderField("Content-Length", "0")])
      let credentials = Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: "PLANTED-TOKEN")
      try Signer(service: .vpcLattice, region: "us-west-2").sign(&request, with: credentials, at: Date())
      change(&request)
      let lines = ["\(request.method) \(request.target) HTTP/1.1"] + request.headers.map { "\($0.name): \($0.value)" }
      return try await RawConnection.exchange(
        service.server.port, lines.joined(separator: "\r\n") + "\r\nConnection: close\r\n\r\n")
    }
  }

  private func expectRefusal(_ answer: String, _ sentence: String) {
    #expect(answer.status == 403)
    #expect(answer.body.hasPrefix("InvalidSignatureException: "))
    #expect(answer.body.contains("Likely cause: "))
    #expect(answer.body.contains(sentence), "\(answer.body)")
    #expect(!answer.contains("PLANTED"))
  }

  @Test func `a right signature is let in`() async throws {
    #expect(try await answer().status == 200)
  }

  @Test func `a wrong secret is refused, with the likely cause`() async throws {
    expectRefusal(try await answer(secret: "another"), "the secret is most likely another")
    expectRefusal(try await answer(secret: "another", id: "AKIDOTHER"), "not with AKIDEXAMPLE")
  }

  @Test func `a path that was changed on the way is refused, with the likely cause`() async throws {
    expectRefusal(try await answer { $0.target = "/v1" + $0.target }, "signed without its first segment")
    expectRefusal(try await answer { $0.target = "/reservations/a%20b/?day=1" }, "the slash at its end")
  }

  @Test func `what isn't a wrong signature needs no search`() async throws {
    let answer = try await answer { request in request.headers.removeAll { $0.isNamed("x-amz-security-token") } }
    #expect(answer.status == 403)
    #expect(answer.body.hasPrefix("IncompleteSignatureException: x-amz-security-token is listed"))
  }
}
