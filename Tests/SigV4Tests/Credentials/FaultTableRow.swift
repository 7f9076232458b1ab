import LocalAWS
import SigV4
import Testing

/// A row of the table of faults: what goes wrong, what a caller sees of it, and which requests reach the service.
struct FaultTableRow: Sendable, CustomTestStringConvertible {
  enum Outcome: Sendable {
    case works
    /// The error's code, and what its message must name.
    case fails(CredentialError.Code, naming: String? = nil)
  }

  static let token = "/latest/api/token"
  static let listing = "/latest/meta-data/iam/security-credentials-extended/"
  static let legacyListing = "/latest/meta-data/iam/security-credentials/"
  static let roleName = "reservations"

  let id: String
  let name: String
  var faults: FaultPlan = []
  var outcome = Outcome.works
  /// A letter a request: T for the token, L for the listing, C for the credentials; l and c for those at legacy paths.
  let requests: String
  var calls = 1
  var version: InstanceMetadataProvider.Version?
  var configuredRoleName: String?
  var environment: [String: String] = [:]
  var timeout = Duration.seconds(30)
  var instance: @Sendable (inout Instance) -> Void = { _ in }

  var testDescription: String { "\(id): \(name)" }

  /// The letter of a request.
  static func letter(_ request: RecordedRequest) -> Character {
    let target = request.request.target
    return switch target {
    case token: "T"
    case listing: "L"
    case legacyListing: "l"
    case _ where target.hasPrefix(listing): "C"
    case _ where target.hasPrefix(legacyListing): "c"
    default: "?"
    }
  }
}

extension FaultPlan.Step {
  static func onToken(times: Int? = nil, _ fault: Fault) -> Self { .on("PUT", "", times: times, fault) }
  static func onListing(times: Int? = nil, _ fault: Fault) -> Self {
    // The listing's path is the beginning of the credentials' path.
    .on("GET", FaultTableRow.listing, times: times ?? 1, fault)
  }
  static func onCredentials(times: Int? = nil, _ fault: Fault) -> Self {
    .on("GET", FaultTableRow.listing + FaultTableRow.roleName, times: times, fault)
  }
}
