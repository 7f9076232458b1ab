import Foundation
import Testing

@testable import SigV4

struct ErrorTests {
  @Test(
    arguments: [
      SigningError(.missingRegion, "The message."), VerificationError(.expired, "The message."),
      CredentialError(.notConfigured, "The message."), TransportError(.closed, "The message."),
    ] as [any Error])
  func `an error's localized description is its message`(error: any Error) {
    #expect(error.localizedDescription == "The message.")
  }
}
