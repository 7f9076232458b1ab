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
    let callers = Callers()
    let credentials = callers.add("arn:aws:sts::123456789012:assumed-role/reservation-client/i-0123456789abcdef0")
    let metadata = try await InstanceMetadataService.start(
      Instance(roleName: "reservation-client", credentials: credentials, region: region))
    let service = try await LatticeService.start(
      authenticate: SignatureAuthentication(service: signingService, region: region, callers: callers).authenticate)
    guard let url = URL(string: service.baseURL) else { throw Failure("Invalid URL \(service.baseURL).") }
    return DemoStage(
      signingService: signingService, metadata: metadata, service: service, url: url, credentials: credentials)
  }

  func stop() async {
    await metadata.stop()
    await service.stop()
  }
}
