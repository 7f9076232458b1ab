import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

extension FaultTable {
  /// Old credentials, outages and clocks that jump, in front of a cache.
  static let cacheRows = expiring + failedStart + outages + refusals + jumps

  /// Credentials other than the table's, whose life ends so many seconds after the test clock's start.
  private static func credentials(expiringAfter seconds: Double) -> Credentials {
    Credentials(
      accessKeyID: "AKID-1", secretAccessKey: Planted.secret, sessionToken: Planted.token,
      expiration: TestClock.start.addingTimeInterval(seconds))
  }

  private static let expiring: [FaultTableRow] = [(-10.0, 1, 301.0), (0, 1, 301), (240, 0, 121), (30, 0, 16)].map {
    (left: Double, reports: Int, later: Double) in
    FaultTableRow(
      "F37", "credentials \(left) s before its end: served, not requested by each caller",
      requests: [.token, .listing, .credentials, .listing, .credentials]
    ) {
      let clock = TestClock()
      let old = credentials(expiringAfter: left)
      return try await InstanceMetadataService.start(
        Instance(roleName: InstanceMetadataFault.roleName, credentials: old)
      ).whileRunning { service async throws in
        let provider = InstanceMetadataCredentialProvider(
          endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
        let errors = Mutex<[any Error]>([])
        let cache = CachedCredentialProvider(
          provider, onFailure: { error in errors.withLock { $0.append(error) } }, clock: clock.clock)
        for _ in 0..<5 { #expect(try await cache.checkedCredentials() == old) }
        #expect(service.received == [.token, .listing, .credentials])
        let reported = errors.withLock(\.self)
        #expect(reported.map { ($0 as? CredentialError)?.code } == Array(repeating: .badAnswer, count: reports))
        for error in reported { Planted.expectNoSecret(in: error) }
        service.instance.credentials = Planted.credentials
        clock.advance(by: later)
        #expect(try await cache.checkedCredentials() == Planted.credentials)
        return service.received
      }
    }
  }

  private static let failedStart = [
    FaultTableRow(
      "F42", "a failed start is not permanent", requests: [.token, .listing, .legacyListing, .listing, .credentials]
    ) {
      try await InstanceMetadataService.start(
        Instance(roleName: nil, credentials: Planted.credentials)
      ).whileRunning { service async throws in
        let provider = InstanceMetadataCredentialProvider(
          endpoint: service.baseURL, timeout: patience, environment: [:])
        let cache = provider.cached()
        #expect(try await cache.checkedError().code == .notAvailable)
        service.instance.roleName = InstanceMetadataFault.roleName
        #expect(try await cache.checkedCredentials() == Planted.credentials)
        return service.received
      }
    }
  ]

  private static let outages: [FaultTableRow] = [
    ("F43", "an outage while credentials are valid", 30.0), ("F44", "an outage after they have expired", -600),
  ].map { (id: String, name: String, left: Double) in
    FaultTableRow(
      id, name, requests: [.token, .listing, .credentials, .listing, .listing, .listing, .listing, .credentials]
    ) {
      let clock = TestClock()
      return try await InstanceMetadataService.start(
        Instance(roleName: InstanceMetadataFault.roleName, credentials: credentials(expiringAfter: 3600))
      ).whileRunning { service async throws in
        let provider = InstanceMetadataCredentialProvider(
          endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
        let cache = CachedCredentialProvider(provider, clock: clock.clock)
        let first = try await cache.checkedCredentials()
        service.faults = [.always(.answer(500))]
        clock.advance(by: 3600 - left)
        // The source isn't called during the pause of 300 s.
        for seconds in [0.0, 1, 150, 148] {
          clock.advance(by: seconds)
          #expect(try await cache.checkedCredentials() == first)
          #expect(
            service.received == [.token, .listing, .credentials, .listing, .listing, .listing],
            "one fetch, in three attempts")
        }
        service.faults = []
        service.instance.credentials = Planted.credentials
        clock.advance(by: 2)
        #expect(try await cache.checkedCredentials() == Planted.credentials)
        return service.received
      }
    }
  }

  private static let refusals: [FaultTableRow] = [
    ("F32", "credentials 404 with a configured name", Fault.answer(404)),
    ("F33", "credentials of a role that EC2 may not assume", .answer(200, #"{"Code":"AssumeRoleUnauthorizedAccess"}"#)),
  ].map { (id: String, name: String, fault: Fault) in
    FaultTableRow(
      id, "\(name), later: the cached credentials are served", requests: [.token, .credentials, .credentials]
    ) {
      let clock = TestClock()
      let held = credentials(expiringAfter: 3600)
      return try await InstanceMetadataService.start(
        Instance(roleName: InstanceMetadataFault.roleName, credentials: held)
      ).whileRunning { service async throws in
        let provider = InstanceMetadataCredentialProvider(
          endpoint: service.baseURL, roleName: InstanceMetadataFault.roleName, timeout: patience, environment: [:],
          clock: clock.clock)
        let cache = CachedCredentialProvider(provider, clock: clock.clock)
        #expect(try await cache.checkedCredentials() == held)
        service.faults = [.onCredentials(fault)]
        clock.advance(by: 3000)
        for _ in 0..<5 { #expect(try await cache.checkedCredentials() == held) }
        return service.received
      }
    }
  }

  private static let jumps: [FaultTableRow] = [-1e7, -1, 21_479, 21_481, 1e7].map { (jump: Double) in
    let isKept = (0..<21_480).contains(jump)
    let fetch: [FaultRequest] = [.listing, .credentials]
    let requests = [.token] + fetch + (isKept ? [] : [.token]) + fetch + fetch + fetch
    return FaultTableRow("F48", "a clock that jumps by \(jump) s costs at most a token", requests: requests) {
      let clock = TestClock()
      return try await InstanceMetadataService.start(
        Instance(roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials)
      ).whileRunning { service async throws in
        let provider = InstanceMetadataCredentialProvider(
          endpoint: service.baseURL, timeout: patience, environment: [:], clock: clock.clock)
        _ = try await provider.checkedCredentials()
        clock.advance(by: jump)
        for _ in 0..<3 { _ = try await provider.checkedCredentials() }
        return service.received
      }
    }
  }
}
