import Foundation
import SigV4
import Synchronization
import Testing

/// Signs odd requests, sends them to a server that keeps their bytes, and compares the two.
enum Sending {
  static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: "token/+=")
  static let region = "us-west-2"

  static func signer(_ odd: OddRequest) -> Signer { Signer(service: odd.service, region: SigningRegion(region)) }

  /// Expects the outcome of `odd` with `client`.
  ///
  /// `signAndSend` acts as the client, with a server that keeps the bytes.
  static func expect(
    _ odd: OddRequest, _ client: OddRequest.Client, host: String = "127.0.0.1", port: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation, signAndSend: (_ url: String) async throws -> Void
  ) async throws {
    try await expect(odd, client, sourceLocation: sourceLocation) {
      try await RawServer.bytes(host: host, port: port) { server in
        try await signAndSend(odd.url.replacing("PORT", with: "\(server.port)"))
      }
    }
  }

  /// Expects the outcome of `odd` with `client`.
  ///
  /// `signAndSend` acts as the client: it returns the bytes that were sent, throws `SigningError` if it can't sign, and throws
  /// any other error if the client rejects the request.
  static func expect(
    _ odd: OddRequest, _ client: OddRequest.Client, sourceLocation: SourceLocation = #_sourceLocation,
    signAndSend: () async throws -> [UInt8]
  ) async throws {
    let outcome: OddRequest.Outcome
    var rejection = "sent"
    do {
      let bytes = try await signAndSend()
      let raw = try #require(RawRequest(bytes), sourceLocation: sourceLocation)
      try log(odd, client, bytes)
      let payload = Payload.bytes(Array((odd.body ?? "").utf8))
      _ = try Verifier(service: odd.service, region: region, nonCanonicalTargets: .accepted).verify(
        raw.request, payload: payload, with: credentials)
      #expect(raw.body == Array((odd.body ?? "").utf8), sourceLocation: sourceLocation)
      outcome = .sentTo(raw.request.target)
    } catch let error as SigningError {
      outcome = .notSigned(error.code)
      rejection = error.message
    } catch let error as VerificationError {
      Issue.record("The signature of what was sent is wrong: \(error)", sourceLocation: sourceLocation)
      return
    } catch {
      outcome = .rejected
      rejection = "\(error)"
    }
    var expected = odd.outcome(client)
    if case .sentTo = outcome, expected == .sent { expected = outcome }
    #expect(outcome == expected, "\(rejection)", sourceLocation: sourceLocation)
  }

  /// Appends what was sent to the file that `SIGNED_IS_SENT` names, for independent signers to sign it again.
  private static func log(_ odd: OddRequest, _ client: OddRequest.Client, _ bytes: [UInt8]) throws {
    guard let path = ProcessInfo.processInfo.environment["SIGNED_IS_SENT"] else { return }
    let line = try JSONSerialization.data(withJSONObject: [
      "name": odd.name, "client": client.rawValue, "service": odd.service.name,
      "bytes": Data(bytes).base64EncodedString(), "body": Data((odd.body ?? "").utf8).base64EncodedString(),
    ])
    try lock.withLock { _ in
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: line + Data("\n".utf8))
    }
  }

  private static let lock = Mutex(())
}
