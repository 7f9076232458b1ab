import Testing

@testable import SigV4

/// The providers that code passes by a short name, such as `.default`.
@Suite struct SharedProvidersTests {
  private let source = ScriptedSource(.good("a", nil), TestClock())

  @Test func `each short name is one cache for the whole process`() {
    typealias Cache = CachedCredentialProvider
    let role = "arn:aws:iam::123456789012:role/a"
    #expect(Cache.default === Cache.default)
    #expect(Cache.profile("swift-sigv4-a") === Cache.profile("swift-sigv4-a"))
    #expect(Cache.profile("swift-sigv4-a") !== Cache.profile("swift-sigv4-b"))
    #expect(Cache.assumeRole(role) === Cache.assumeRole(role))
    #expect(Cache.assumeRole(role) !== Cache.assumeRole(role + "b"))
    #expect(Cache.assumeRole(role) !== Cache.assumeRole(role, from: .profile("swift-sigv4-a")))
    #expect(Cache.assumeRole(role) !== Cache.assumeRole(role, externalID: "other"))
  }

  @Test func `using a profile again calls no source`() async throws {
    let shared = SharedProviders(limit: 2)
    for _ in 0..<3 {
      #expect(try await shared.provider(for: .profile("a")) { source }.checkedCredentials().accessKeyID == "a")
    }
    #expect(source.count == 1)
  }

  @Test func `beyond the limit, the cache that was used longest ago is dropped`() {
    let shared = SharedProviders(limit: 2)
    let first = shared.provider(for: .profile("a")) { source }
    let second = shared.provider(for: .profile("b")) { source }
    #expect(shared.provider(for: .profile("a")) { source } === first)
    _ = shared.provider(for: .profile("c")) { source }
    #expect(shared.provider(for: .profile("a")) { source } === first)
    #expect(shared.provider(for: .profile("b")) { source } !== second)
  }
}
