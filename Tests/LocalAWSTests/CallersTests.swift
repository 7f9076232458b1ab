import Foundation
import LocalAWS
import SigV4
import Testing

/// Several callers of one STS and one Lattice service.
@Suite(.timeLimit(.minutes(10))) struct CallersTests {
  private let user = "arn:aws:iam::123456789012:user/adele"

  private func send(
    _ service: some LocalService, _ method: String = "GET", _ form: [(String, String)] = [],
    as credentials: Credentials?,
    at time: Date = Date()
  ) async throws -> String {
    let body = form.map { "\($0)=\($1)" }.joined(separator: "&")
    var request = SignableRequest(
      method: method, target: "/", headers: [HeaderField("Host", "127.0.0.1:\(service.server.port)")])
    let signer =
      form.isEmpty ? Signer(service: .vpcLattice, region: "us-west-2") : Signer(service: .sts, region: "eu-west-1")
    if let credentials { try signer.sign(&request, payload: .bytes(Array(body.utf8)), with: credentials, at: time) }
    let lines = ["\(request.method) / HTTP/1.1"] + request.headers.map { "\($0.name): \($0.value)" }
    return try await RawConnection.exchange(
      service.server.port,
      (lines + ["Content-Length: \(body.utf8.count)", "Connection: close"]).joined(separator: "\r\n") + "\r\n\r\n"
        + body)
  }

  private func element(_ name: String, in answer: String) throws -> String {
    try #require(
      answer.split(separator: "<\(name)>").dropFirst().first?.split(separator: "</").first.map { String($0) })
  }

  @Test func `each caller is the principal that its key belongs to`() async throws {
    let callers = Callers()
    let (user, role) = (callers.add(user), callers.add("arn:aws:sts::123456789012:assumed-role/rates/s"))
    #expect(user.sessionToken == nil && role.sessionToken != nil && role.accountID == "123456789012")
    let authentication = SignatureAuthentication(region: "us-west-2", callers: callers)
    try await LatticeService.start(
      policy: try AuthPolicy(
        json:
          #"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/rates"},"Action":"*","Resource":"*"}}"#
      ),
      authenticate: authentication.authenticate
    ).whileRunning { service async throws in
      #expect(try await send(service, as: role).status == 200)
      let denied = try await send(service, as: user)
      #expect(denied.status == 403 && denied.body.contains("User: \(self.user) is not authorized"))
      #expect(try await send(service, as: nil).body.contains("User: anonymous"))
      let unknown = try await send(service, as: Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: "x"))
      #expect(unknown.status == 403 && unknown.body.hasPrefix("InvalidSignatureException"))
    }
  }

  @Test func `STS returns the caller's identity, and a role's session is a caller too`() async throws {
    let callers = Callers()
    let user = callers.add(user)
    try await SecurityTokenService.start(callers: callers).whileRunning { service async throws in
      let version = ("Version", "2011-06-15")
      let identity = try await send(service, "POST", [("Action", "GetCallerIdentity"), version], as: user)
      #expect(identity.status == 200)
      #expect(try element("Arn", in: identity) == self.user)
      #expect(try element("Account", in: identity) == "123456789012")
      #expect(try element("UserId", in: identity).hasPrefix("AIDA"))
      let assumed = try await send(
        service, "POST",
        [
          ("Action", "AssumeRole"), version, ("RoleArn", "arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2Fteam%2Frates"),
          ("RoleSessionName", "session"), ("DurationSeconds", "900"),
        ], as: user)
      #expect(assumed.status == 200, "\(assumed)")
      let session = Credentials(
        accessKeyID: try element("AccessKeyId", in: assumed),
        secretAccessKey: try element("SecretAccessKey", in: assumed),
        sessionToken: try element("SessionToken", in: assumed))
      let own = try await send(service, "POST", [("Action", "GetCallerIdentity"), version], as: session)
      #expect(try element("Arn", in: own) == "arn:aws:sts::999999999999:assumed-role/rates/session")
      #expect(try element("UserId", in: own) == element("AssumedRoleId", in: assumed))
    }
  }

  @Test func `STS accepts any web identity token, and no unknown signature`() async throws {
    let callers = Callers()
    try await SecurityTokenService.start(callers: callers).whileRunning { service async throws in
      let form = [
        ("Version", "2011-06-15"), ("RoleArn", "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fpod"),
        ("RoleSessionName", "pod"),
      ]
      let token = [("Action", "AssumeRoleWithWebIdentity"), ("WebIdentityToken", "eyJ.x.y")]
      let assumed = try await send(service, "POST", token + form, as: nil)
      #expect(assumed.status == 200)
      #expect(
        callers.caller(accessKeyID: try element("AccessKeyId", in: assumed))?.principal.arn.hasSuffix(
          "assumed-role/pod/pod") == true)
      let stranger = Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: "x")
      for action in ["AssumeRole", "GetCallerIdentity"] {
        let rejected = try await send(service, "POST", [("Action", action)] + form, as: stranger)
        #expect(rejected.status == 403 && rejected.contains("<Code>"))
        #expect(try await send(service, "POST", [("Action", action)] + form, as: nil).status == 403)
      }
      let user = try await send(
        service, "POST", token + [form[0], ("RoleArn", "arn%3Aaws%3Aiam%3A%3A1%3Auser%2Fxyz"), form[2]], as: nil)
      #expect(user.status == 400 && user.contains("ValidationError"))
    }
  }

  @Test func `old sessions make room for new ones, and the first callers stay`() {
    let callers = Callers()
    let (user, role) = (callers.add(user), callers.add("arn:aws:sts::123456789012:assumed-role/first/s"))
    var ids: [String] = []
    for _ in 0..<10_100 { ids.append(callers.add("arn:aws:sts::123456789012:assumed-role/rates/s").accessKeyID) }
    for id in [user.accessKeyID, role.accessKeyID, ids[10_099]] { #expect(callers.caller(accessKeyID: id) != nil) }
    #expect(ids.count { callers.caller(accessKeyID: $0) != nil } < 10_001)
  }
}
