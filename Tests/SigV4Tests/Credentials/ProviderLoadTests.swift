import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

/// Ten thousand callers through fifty refreshes, with faults and cancellations at random.
@Suite(.timeLimit(.minutes(10))) struct ProviderLoadTests {
  private enum Ending: Hashable {
    case credentials
    case error
    case cancelled
    case unexpected
  }

  private static let faults: [Fault] =
    [
      .asUsual, .asUsual, .asUsual, .closed, .reset, .answer(500), .answer(503), .answer(429), .answer(401),
      .answer(404),
      .answer(200, "nonsense"), .endless, .truncated(afterBodyBytes: 9), .chunked,
    ] + unanswered
  private static let unanswered: [Fault] = [.silent, .stalled(afterBodyBytes: 3)]

  /// A sequence that is the same in every run.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
      return word ^ word >> 31
    }
  }

  /// A transport with long deadlines, except for a service that never answers.
  private final class Transport: HTTPTransport {
    let isPatient = Mutex(true)

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
      var request = request
      let time = isPatient.withLock { $0 } ? patience : .milliseconds(200)
      request.deadlines = TransportDeadlines(connect: time, firstByte: time, whole: time)
      return try await SocketTransport().send(request)
    }
  }

  @Test func `every caller gets credentials or an error with a reason, and none hangs`() async throws {
    let clock = TestClock()
    let service = try await InstanceMetadataService.start(
      Instance(roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials))
    let transport = Transport()
    let provider = InstanceMetadataCredentialProvider(
      endpoint: service.baseURL, timeout: patience, environment: [:], transport: transport, clock: clock.clock)
    let fetches = Mutex(0)
    let source = ClosureProvider {
      fetches.withLock { $0 += 1 }
      return try await provider.checkedCredentials()
    }
    let cache = CachedCredentialProvider(source, clock: clock.clock)
    var random = Generator(state: 4)
    var endings: [Ending: Int] = [:]
    var isWarm = false
    for round in 0..<50 {
      let (fetchesBefore, errorsBefore) = (fetches.withLock(\.self), endings[.error])
      service.instance.credentials = Credentials(
        accessKeyID: "ASIA\(round)", secretAccessKey: Planted.secret, sessionToken: Planted.token,
        expiration: clock.now.addingTimeInterval(1200))
      let faults = (0..<4).map { _ in Self.faults.randomElement(using: &random) ?? .asUsual }
      service.faults = FaultPlan(faults.map { .always(times: 1, $0) })
      transport.isPatient.withLock { $0 = !faults.contains(where: Self.unanswered.contains) }
      let cancelled = (0..<200).map { _ in Int.random(in: 0..<4, using: &random) == 0 }
      let callers = cancelled.map { _ in Task { try await cache.checkedCredentials() } }
      for (caller, isCancelled) in zip(callers, cancelled) where isCancelled { caller.cancel() }
      for caller in callers {
        let ending: Ending =
          switch await caller.result {
          case .success: .credentials
          case .failure(is CredentialError): .error
          case .failure(is CancellationError): .cancelled
          case .failure: .unexpected
          }
        endings[ending, default: 0] += 1
      }
      if isWarm {
        #expect(fetches.withLock(\.self) == fetchesBefore + 1, "one fetch in each round, with any outcome")
        #expect(endings[.error] == errorsBefore, "cached credentials are served during every outage")
      }
      isWarm = isWarm || endings[.credentials] != nil
      clock.advance(by: 1300)
    }
    #expect(isWarm)
    #expect(endings[.unexpected] == nil)
    #expect(endings.values.reduce(0, +) == 10_000)
    #expect(endings[.cancelled, default: 0] > 0)
    // The source recovers, and so does the cache.
    service.faults = []
    service.instance.credentials = Planted.credentials
    transport.isPatient.withLock { $0 = true }
    clock.advance(by: 1300)
    #expect(try await cache.checkedCredentials() == Planted.credentials)
    await service.stop()
  }
}
