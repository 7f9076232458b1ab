#if os(Linux)
  import Dispatch
  import Foundation
  import Glibc
  import Synchronization
  import Testing

  @testable import SigV4

  /// Searches all memory of the process, freed memory included, for the bytes of keys that were freed.
  ///
  /// Python's `hmac` and a SHA-256 that exposes its state computed the bytes, without this library.
  @Suite(.serialized) struct KeyWipingTests {
    private static let credentials = Credentials(
      accessKeyID: "AKIDWIPED", secretAccessKey: "wipedWIPED/0123456789+abcdefghijABCDEFGH")
    private static let time = Date(timeIntervalSince1970: 1_440_938_160)

    /// All values that can sign in place of the secret: the blocks of HMAC, and the SHA-256 states after them.
    private static let sigV4: KeyValuePairs = [
      "AWS4 and the secret": "41575334776970656457495045442f303132333435363738392b616263646566",
      "inner block of the secret key": "77616502415f465352617f6673721906070405020300010e0f1d575455525350",
      "inner state of the secret key": "14e3eeb0de39ece8cba601d8380c6ff1b8e5ecd1ac9add69d7c65871b65d70f4",
      "outer block of the secret key": "1d0b0f682b352c39380b150c1918736c6d6e6f68696a6b6465773d3e3f38393a",
      "outer state of the secret key": "bef408155a064a4cfbdbbadbe38fd11cd2bd758e7a6c37e2aeeb6ac003dc7f48",
      "day key": "ebfad8b229db1e4028f4b69d6879ecf35918224995922592707e146f0c8f93b9",
      "inner block of the day key": "ddccee841fed28761ec280ab5e4fdac56f2e147fa3a413a4464822593ab9a58f",
      "inner state of the day key": "aa063d430e05c3ae5c41f9a91bdaa3fad017348664cb3de3cb8c30213e7b9dcc",
      "outer block of the day key": "b7a684ee7587421c74a8eac13425b0af05447e15c9ce79ce2c22483350d3cfe5",
      "outer state of the day key": "eab789e82c9578767db262d077dd05e463b806996490ba8db2d7ef16c6fe6f3f",
      "region key": "48eb5f5bd0aecacdd841cc133f9493223ce72f1e25241838cc1429ee0396db88",
      "inner block of the region key": "7edd696de698fcfbee77fa2509a2a5140ad1192813122e0efa221fd835a0edbe",
      "inner state of the region key": "e1ef05447a46c5458e3db513bb2507eafe51a02969e6006c5492958053bc4b50",
      "outer block of the region key": "14b703078cf29691841d904f63c8cf7e60bb734279784464904875b25fca87d4",
      "outer state of the region key": "fd4403c9d970f6018de1818acc0bbadb311c5a86f7f15556b4e43e1a102d0b1c",
      "service key": "af216f68fe96a55e251e2e8ec227ebec89767b82ec24fb1c884303c7d43795f3",
      "inner block of the service key": "9917595ec8a09368132818b8f411dddabf404db4da12cd2abe7535f1e201a3c5",
      "inner state of the service key": "1f3d28bde10d99a2f1fa18c2151562eb02b15e0a7241e906340c5998357b354b",
      "outer block of the service key": "f37d3334a2caf902794272d29e7bb7b0d52a27deb078a740d41f5f9b886bc9af",
      "outer state of the service key": "121a0933ad9444fabd13596ef35e274425bf3141ec192b7fbd65bc77802f5fff",
      "signing key": "be43d057a535ebca40fbbb92cb2fe4b26ad9f8287536af509d5422b2a192b8de",
      "inner block of the signing key": "8875e6619303ddfc76cd8da4fd19d2845cefce1e43009966ab62148497a48ee8",
      "inner state of the signing key": "f557736174b507b8cb90eab73fbd109ee589e1de1df92f72663fe14318a7d83b",
      "outer block of the signing key": "e21f8c0bf969b7961ca7e7ce9773b8ee3685a474296af30cc1087eeefdcee482",
      "outer state of the signing key": "a9e1012d14a9222c32904daf40f095494008b0e3d7565f23961f8558b353fa8c",
    ]
    private static let sigV4a: KeyValuePairs = [
      "AWS4A and the secret": "4157533441776970656457495045442f303132333435363738392b6162636465",
      "inner block of the SigV4a key": "7761650277415f465352617f6673721906070405020300010e0f1d5754555253",
      "inner state of the SigV4a key": "90afc88267261904e4b452f5126ba74c24778a8d3ae680f24f57176118c8855d",
      "outer block of the SigV4a key": "1d0b0f681d2b352c39380b150c1918736c6d6e6f68696a6b6465773d3e3f3839",
      "outer state of the SigV4a key": "7c846c6b229a27ff9703b8ff326882af3a8f0ba020adf2e2e9dd6a0a2afce7b6",
      "candidate": "412d94e8459f0ae55b2b8de7db5feacd4d25189a8e8cc0b76c8423ef963661a4",
      "private key": "412d94e8459f0ae55b2b8de7db5feacd4d25189a8e8cc0b76c8423ef963661a5",
      "private key, lowest byte first": "a5613696ef23846cb7c08c8e9a18254dcdea5fdbe78d2b5be50a9f45e8942d41",
    ]

    private static func scope(region: String?) throws -> CredentialScope {
      try CredentialScope(date: time, region: region, service: "iam")
    }

    private static func sign(with credentials: Credentials, region: SigningRegion = "us-east-1") throws {
      var request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "example.com")])
      try Signer(service: SigningService("iam"), region: region).sign(
        &request, payload: .empty, with: credentials, at: time)
    }

    @Test func `a SigV4 key is in memory only while it is in use`() throws {
      let worker = Worker {
        let key = try SigningKey(Self.credentials, scope: Self.scope(region: "us-east-1"))
        try withExtendedLifetime(key) {
          let found = try MemoryScan.names(of: Self.sigV4)
          #expect(found.isSuperset(of: ["inner state of the signing key", "outer state of the signing key"]))
        }
      }
      let left = try worker.run { try MemoryScan.names(of: Self.sigV4) }
      #expect(left == [])
    }

    @Test func `a SigV4a key is in memory only while it is in use`() throws {
      let worker = Worker {
        let key = try SigningKey(Self.credentials, scope: Self.scope(region: nil))
        try withExtendedLifetime(key) {
          let found = try MemoryScan.names(of: Self.sigV4a)
          #expect(!found.isDisjoint(with: ["private key", "private key, lowest byte first"]))
        }
      }
      let left = try worker.run { try MemoryScan.names(of: Self.sigV4a) }
      #expect(left == [])
    }

    @Test func `a key that is evicted from the cache leaves memory`() throws {
      let worker = Worker {
        try Self.sign(with: Self.credentials)
        #expect(try MemoryScan.names(of: Self.sigV4).contains("inner state of the signing key"))
        for index in 0..<64 {
          try Self.sign(with: Credentials(accessKeyID: "AKIDOTHER\(index)", secretAccessKey: "other\(index)"))
        }
      }
      let left = try worker.run { try MemoryScan.names(of: Self.sigV4) }
      #expect(left == [])
    }

    @Test func `an idle thread's keys leave memory when they were unused for a while`() async {
      // In a process of its own: other tests look for keys in their threads' workspaces, which are in use meanwhile.
      await #expect(processExitsWith: .success) {
        try KeyWipingTests.expectIdleKeysLeave("us-east-1", KeyWipingTests.sigV4)
        try KeyWipingTests.expectIdleKeysLeave(.set(["*"]), KeyWipingTests.sigV4a)
      }
    }

    private static func expectIdleKeysLeave(_ region: SigningRegion, _ keys: KeyValuePairs<String, String>) throws {
      let worker = Worker { try Self.sign(with: Self.credentials, region: region) }
      let (found, left) = try worker.run {
        // As happens every half hour.
        SigningWorkspace.withAll { $0.dropUnused() }
        let found = try MemoryScan.names(of: keys)
        SigningWorkspace.withAll { $0.dropUnused() }
        return (found, try MemoryScan.names(of: keys))
      }
      #expect(
        !found.isDisjoint(with: ["inner state of the signing key", "private key", "private key, lowest byte first"]))
      #expect(left == [])
    }

    @Test func `a thread's keys leave memory when it ends`() throws {
      let worker = Worker { try Self.sign(with: Self.credentials) }
      let found = try worker.run { try MemoryScan.names(of: Self.sigV4) }
      #expect(found.contains("inner state of the signing key"))
      let left = try MemoryScan.names(of: Self.sigV4)
      #expect(left == [])
    }
  }

  /// Runs work on its own thread, whose stack and heap no other code writes before the search.
  private final class Worker: Sendable {
    private let work: @Sendable () throws -> Void
    private let isDone = DispatchSemaphore(value: 0)
    private let mayEnd = DispatchSemaphore(value: 0)
    private let failure = Mutex<(any Error)?>(nil)

    init(_ work: @escaping @Sendable () throws -> Void) { self.work = work }

    /// Does the work, calls `look` before the thread ends, and returns after it has ended.
    func run<Result>(_ look: () throws -> Result) throws -> Result {
      var thread = pthread_t()
      let created = pthread_create(
        &thread, nil,
        { argument in
          guard let argument = argument as UnsafeMutableRawPointer? else { return nil }
          let worker = Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue()
          do { try worker.work() } catch { worker.failure.withLock { $0 = error } }
          worker.isDone.signal()
          worker.mayEnd.wait()
          return nil
        }, Unmanaged.passRetained(self).toOpaque())
      try #require(created == 0)
      isDone.wait()
      defer {
        mayEnd.signal()
        pthread_join(thread, nil)
      }
      if let error = failure.withLock({ $0 }) { throw error }
      return try look()
    }
  }
#endif
