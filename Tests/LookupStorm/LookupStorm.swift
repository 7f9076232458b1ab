import SigV4

/// Makes many lookups at once, and prints how long the slowest took and how they ended; Tests/Checks/hostile-sources runs it.
///
///     LookupStorm COUNT SECONDS URL          requests with this limit, through the transport of providers
///     LookupStorm COUNT SECONDS cancel URL   requests with a limit of an hour, all cancelled after this time
///     LookupStorm COUNT SECONDS process TEXT credential processes with this time limit
///     LookupStorm COUNT SECONDS cache        one cache with this time limit, whose source never answers
///     LookupStorm COUNT SECONDS chain        the default chain, without a cache
@main enum LookupStorm {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count >= 3, let count = Int(arguments[1]), let seconds = Double(arguments[2]) else {
      print("usage: LookupStorm COUNT SECONDS (URL | cancel URL | process TEXT | cache | chain)")
      return
    }
    let lookUp: @Sendable () async -> String
    switch arguments[3] {
    case "chain": lookUp = { await ending { _ = try await CredentialChain().credentials() } }
    case "process":
      let provider = ProcessCredentialProvider(command: arguments[4], timeLimit: .seconds(seconds))
      lookUp = { await ending { _ = try await provider.credentials() } }
    case "cache":
      let cache = CachedCredentialProvider(SilentProvider(), timeLimit: .seconds(seconds))
      lookUp = { await ending { _ = try await cache.credentials() } }
    case "cancel": lookUp = request(arguments[4], .seconds(3600))
    default: lookUp = request(arguments[3], .seconds(seconds))
    }
    let clock = ContinuousClock()
    // Dispatch opens its descriptors with the first timer. If none were left then, the bystander would sleep forever.
    try await Task.sleep(for: .milliseconds(1))
    // An unrelated task, which the lookups must not delay.
    let bystander = Task {
      let start = clock.now
      try? await Task.sleep(for: .milliseconds(500))
      return clock.now - start - .milliseconds(500)
    }
    let start = clock.now
    let lookups = (0..<count).map { _ in Task { (await lookUp(), clock.now - start) } }
    if arguments[3] == "cancel" {
      try await Task.sleep(for: .seconds(seconds))
      for lookup in lookups { lookup.cancel() }
    }
    var slowest = Duration.zero
    var endings: [String: Int] = [:]
    for lookup in lookups {
      let (ending, time) = await lookup.value
      slowest = max(slowest, time)
      endings[ending, default: 0] += 1
    }
    let told = endings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    print("\(slowest / .seconds(1)) \(await bystander.value / .seconds(1)) \(told)")
  }

  private static func request(_ url: String, _ limit: Duration) -> @Sendable () async -> String {
    let request = TransportRequest(
      url: url, deadlines: TransportDeadlines(connect: limit, firstByte: limit, whole: limit))
    return { await ending { _ = try await DefaultTransport().send(request) } }
  }

  private static func ending(_ lookUp: () async throws -> Void) async -> String {
    do {
      try await lookUp()
      return "answered"
    } catch let error as TransportError {
      return "\(error.code)"
    } catch let error as CredentialError {
      return "\(error.code)"
    } catch {
      return "\(type(of: error))"
    }
  }
}

/// A source that never answers, and ignores cancellation.
private struct SilentProvider: CredentialProvider {
  func credentials() async throws -> Credentials {
    while true { try? await Task.sleep(for: .seconds(3600)) }
  }
}
