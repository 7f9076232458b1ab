import SigV4
import Synchronization
import Testing

/// A row of the table of faults: what goes wrong, and which requests reach the peer.
struct FaultTableRow: Sendable, CustomTestStringConvertible {
  let id: String
  let name: String
  /// A letter a request, in the order of their coming; none where nothing may reach the peer.
  ///
  /// T is for a session token of instance metadata, L for the listing, C for the credentials, l and c for those at legacy
  /// paths; E for a container endpoint, W for STS, and S for a source that a test makes up.
  let requests: String
  /// Plays the row, checks its effect on a caller, and returns the requests that have reached the peer.
  let play: @Sendable () async throws -> String

  init(_ id: String, _ name: String, requests: String, play: @escaping @Sendable () async throws -> String) {
    self.id = id
    self.name = name
    self.requests = requests
    self.play = play
  }

  var testDescription: String { "\(id): \(name)" }
}

/// The effect of a fault on a caller.
enum FaultOutcome: Sendable {
  case works
  /// The error's code, and what its message must name.
  case fails(CredentialError.Code, naming: String? = nil)

  /// Calls `provider` once, through a cache, and checks the effect.
  func check(_ provider: some CredentialProvider, isAccountTold: Bool = true) async throws {
    Planted.expectNoSecret(in: provider)
    let reported = Mutex<[any Error]>([])
    let cache = CachedCredentialProvider(
      provider, onFailure: { error in reported.withLock { $0.append(error) } }, clock: TestClock().clock)
    switch self {
    case .works:
      let (credentials, expected) = (try await cache.checkedCredentials(), Planted.credentials)
      #expect(credentials.accessKeyID == expected.accessKeyID)
      #expect(credentials.secretAccessKey == expected.secretAccessKey)
      #expect(credentials.sessionToken == expected.sessionToken)
      #expect(credentials.expiration == expected.expiration)
      #expect(credentials.accountID == (isAccountTold ? expected.accountID : nil))
    case .fails(let code, let name):
      let error = try await cache.checkedError()
      #expect(error.code == code, "\(error)")
      #expect(name.map { error.message.contains($0) } ?? true, "\(error)")
    }
    Planted.expectNoSecret(in: cache)
    for error in reported.withLock({ $0 }) { Planted.expectNoSecret(in: error) }
  }
}
