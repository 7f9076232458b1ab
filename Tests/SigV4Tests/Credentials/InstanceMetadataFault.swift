import LocalAWS
import SigV4
import Testing

/// A fault of instance metadata, its effect on a caller, and the requests that reach the service.
struct InstanceMetadataFault: Sendable {
  static let token = "/latest/api/token"
  static let listing = "/latest/meta-data/iam/security-credentials-extended/"
  static let legacyListing = "/latest/meta-data/iam/security-credentials/"
  static let roleName = "reservations"

  let id: String
  let name: String
  var faults: FaultPlan = []
  var outcome = FaultOutcome.works
  let requests: [FaultRequest]
  var calls = 1
  var version: InstanceMetadataCredentialProvider.Version?
  var configuredRoleName: String?
  var environment: [String: String] = [:]
  /// The request that is never answered, so that the provider has a short deadline for it.
  var impatientAt: FaultRequest?
  var instance: @Sendable (inout Instance) -> Void = { _ in }

  var row: FaultTableRow { FaultTableRow(id, name, requests: requests, play: play) }

  @Sendable private func play() async throws -> [FaultRequest] {
    var instance = Instance(roleName: Self.roleName, credentials: Planted.credentials)
    self.instance(&instance)
    return try await InstanceMetadataService.start(instance).whileRunning { service async throws in
      service.faults = faults
      let provider = provider(of: service)
      for _ in 0..<calls { try await outcome.check(provider, isAccountTold: !requests.contains(.legacyCredentials)) }
      // A busy service may receive the last request only after its sender has given up.
      if impatientAt != nil { try await service.server.received(requests.count) }
      return service.received
    }
  }
}

extension InstanceMetadataFault {
  /// A provider that queries `service` as the row requires.
  private func provider(of service: InstanceMetadataService) -> InstanceMetadataCredentialProvider {
    InstanceMetadataCredentialProvider(
      endpoint: service.baseURL + "/", version: version, roleName: configuredRoleName, timeout: patience,
      environment: environment, transport: Transport(baseURL: service.baseURL, impatientAt: impatientAt),
      clock: TestClock().clock)
  }

  /// A transport with a short deadline for one kind of request, and none for others.
  private struct Transport: HTTPTransport {
    let baseURL: String
    let impatientAt: FaultRequest?

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      var request = request
      if FaultRequest(metadataTarget: String(request.url.dropFirst(baseURL.count))) == impatientAt {
        request.deadlines = TransportDeadlines(connect: patience, firstByte: .seconds(1), whole: .seconds(2))
      }
      return try await SocketTransport().send(request)
    }
  }
}

extension InstanceMetadataService {
  /// The requests that have reached the service.
  var received: [FaultRequest] { server.requests().map { FaultRequest(metadataTarget: $0.request.target) } }
}

extension FaultPlan.Step {
  static func onToken(times: Int? = nil, _ fault: Fault) -> Self { .on("PUT", "", times: times, fault) }
  static func onListing(times: Int? = nil, _ fault: Fault) -> Self {
    // The listing's path is the beginning of the credentials' path.
    .on("GET", InstanceMetadataFault.listing, times: times ?? 1, fault)
  }
  static func onCredentials(times: Int? = nil, _ fault: Fault) -> Self {
    .on("GET", InstanceMetadataFault.listing + InstanceMetadataFault.roleName, times: times, fault)
  }
}
