import LocalAWS
import SigV4
import Testing

extension FaultTable {
  /// Many callers at once, some of which give up.
  static let callerRows = [
    FaultTableRow("F45", "a thousand callers and a cold cache", requests: [.token, .listing, .credentials]) {
      try await InstanceMetadataService.start(
        Instance(roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials)
      ).whileRunning { service async throws in
        let cache = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
          .cached()
        let all = try await withThrowingTaskGroup { group in
          for _ in 0..<1000 { group.addTask { try await cache.checkedCredentials() } }
          return try await group.reduce(into: [Credentials]()) { $0.append($1) }
        }
        #expect(all == Array(repeating: Planted.credentials, count: 1000))
        return service.received
      }
    },
    FaultTableRow("F46", "a cancelled caller cancels only itself", requests: [.source]) {
      let source = GatedSource()
      let cache = source.cached()
      let first = Task { try await cache.checkedCredentials() }
      await source.waitUntilAsked()
      let others = (0..<10).map { _ in Task { try await cache.checkedCredentials() } }
      first.cancel()
      await #expect(throws: CancellationError.self) { try await first.value }
      source.open()
      for other in others {
        let credentials = try await other.value
        #expect(credentials == Planted.credentials)
      }
      return source.received
    },
    FaultTableRow("F47", "all callers give up and the next is served", requests: [.source]) {
      let source = GatedSource()
      let cache = source.cached()
      let callers = (0..<10).map { _ in Task { try await cache.checkedCredentials() } }
      await source.waitUntilAsked()
      for caller in callers { caller.cancel() }
      for caller in callers { await #expect(throws: CancellationError.self) { try await caller.value } }
      source.open()
      let credentials = try await cache.checkedCredentials()
      #expect(credentials == Planted.credentials)
      return source.received
    },
  ]
}

extension GatedSource {
  fileprivate var received: [FaultRequest] { Array(repeating: .source, count: count) }
}
