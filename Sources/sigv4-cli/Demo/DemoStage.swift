import Foundation
import LocalAWS
import SigV4

/// The demo's services: an instance with a role, and a Lattice service that accepts the role's credentials.
struct DemoStage {
  static let region = "us-west-2"

  /// The service that requests are signed for.
  let signingService: SigningService
  let metadata: InstanceMetadataService
  let service: LatticeService
  /// The service's URL.
  let url: URL
  /// The role's credentials, made up for this run.
  let credentials: Credentials

  static func start(_ signingService: SigningService) async throws -> DemoStage {
    let credentials = Credentials(
      accessKeyID: "ASIADEMO" + random(12, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
      secretAccessKey: random(40, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
      sessionToken: "demo-session-token-"
        + random(60, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
      expiration: Date(timeIntervalSinceNow: 6 * 3600), accountID: "123456789012")
    let metadata = try await InstanceMetadataService.start(
      Instance(roleName: "reservation-client", credentials: credentials, region: region))
    let service = try await LatticeService.start(
      authenticate: SignatureAuthentication(
        service: signingService, region: region, credentials: credentials,
        principal: Principal(arn: "arn:aws:sts::123456789012:assumed-role/reservation-client/i-0123456789abcdef0")
      ).authenticate)
    guard let url = URL(string: service.baseURL) else { throw Failure("Invalid URL \(service.baseURL).") }
    return DemoStage(
      signingService: signingService, metadata: metadata, service: service, url: url, credentials: credentials)
  }

  func stop() async {
    await metadata.stop()
    await service.stop()
  }

  private static func random(_ count: Int, of alphabet: String) -> String {
    String((0..<count).compactMap { _ in alphabet.randomElement() })
  }
}
