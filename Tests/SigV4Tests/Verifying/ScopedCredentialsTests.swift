import SigV4
import Testing

@Suite struct ScopedCredentialsTests {
  private func error(
    of sample: SignedSample, _ request: SignableRequest, _ lookup: (SignatureClaim) throws -> ScopedCredentials?
  ) async throws -> VerificationError.Code? {
    do {
      _ = try await sample.verifier.verify(request, payload: .bytes(sample.body), at: SignedSample.time) { id, claim in
        #expect(id == claim.accessKeyID)
        return try lookup(claim)
      }
      return nil
    } catch let error as VerificationError {
      return error.code
    }
  }

  @Test(arguments: SignedSample.all)
  func `a derived key verifies what the secret does`(sample: SignedSample) async throws {
    let request = try sample.request()
    #expect(
      try await error(of: sample, request) { claim in
        let derived = try ScopedCredentials(sample.credentials, for: claim.scope)
        return try ScopedCredentials(
          accessKeyID: claim.accessKeyID, sessionToken: claim.sessionToken, signingKey: derived.signingKey,
          for: claim.scope)
      } == nil)
    #expect(try await error(of: sample, request) { _ in nil } == .wrongSignature)
    #expect(
      try await error(of: sample, request) { claim in
        let other = Credentials(accessKeyID: claim.accessKeyID, secretAccessKey: "another", sessionToken: sample.token)
        return try ScopedCredentials(other, for: claim.scope)
      } == .wrongSignature)
    #expect(
      try await error(of: sample, request) { claim in
        let derived = try ScopedCredentials(sample.credentials, for: claim.scope)
        return try ScopedCredentials(
          accessKeyID: "ANOTHER", sessionToken: sample.token, signingKey: derived.signingKey, for: claim.scope)
      } == .wrongSignature)
    #expect(
      try await error(of: sample, request) { claim in
        let derived = try ScopedCredentials(sample.credentials, for: claim.scope)
        return try ScopedCredentials(
          accessKeyID: claim.accessKeyID, sessionToken: "another", signingKey: derived.signingKey, for: claim.scope)
      } == .wrongSessionToken)
  }

  /// AWS General Reference, "Examples of how to derive a signing key for Signature Version 4".
  @Test func `the key is the one that AWS documents`() throws {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    let scope = try CredentialScope(date: SignedSample.time, region: "us-east-1", service: "iam")
    let key = try ScopedCredentials(credentials, for: scope).signingKey
    #expect(
      key.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
  }

  @Test func `a key for another scope verifies nothing, as if the ID were unknown`() async throws {
    let sample = SignedSample()
    let other = try SignedSample(service: "other").verifier.claim(
      of: try SignedSample(service: "other").request(), at: SignedSample.time)
    #expect(
      try await error(of: sample, try sample.request()) { _ in
        try ScopedCredentials(sample.credentials, for: other.scope)
      }
        == .wrongSignature)
  }

  @Test(arguments: [("", nil), ("A KID", nil), ("AKID", ""), ("AKID", "a token")] as [(String, String?)])
  func `a malformed ID or token is an error`(id: String, token: String?) throws {
    let scope = try CredentialScope(date: SignedSample.time, region: "us-east-1", service: "iam")
    let error = #expect(throws: SigningError.self) {
      try ScopedCredentials(
        accessKeyID: id, sessionToken: token, signingKey: [UInt8](repeating: 7, count: 32), for: scope)
    }
    #expect(error?.code == .invalidCredentials)
  }

  @Test(arguments: [0, 31, 33, 64])
  func `a key of another length is an error`(length: Int) throws {
    let claim = try SignedSample().verifier.claim(of: try SignedSample().request(), at: SignedSample.time)
    let error = #expect(throws: SigningError.self) {
      try ScopedCredentials(
        accessKeyID: "AKID", signingKey: [UInt8](repeating: 7, count: length), for: claim.scope)
    }
    #expect(error?.code == .invalidCredentials)
  }

  @Test func `a scalar outside of P-256 is an error`() throws {
    let sample = SignedSample(algorithm: .sigV4a)
    let claim = try sample.verifier.claim(of: try sample.request(), at: SignedSample.time)
    let error = #expect(throws: SigningError.self) {
      try ScopedCredentials(accessKeyID: "AKID", signingKey: [UInt8](repeating: 0, count: 32), for: claim.scope)
    }
    #expect(error?.code == .invalidCredentials)
  }
}
