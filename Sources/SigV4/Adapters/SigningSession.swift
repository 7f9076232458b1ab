import Synchronization

#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// Signs and sends the requests to one service: the signer, the credentials, and the clocks of the hosts.
///
/// ```swift
/// let session = SigningSession(service: .vpcLattice)
/// let (body, response) = try await session.data(for: URLRequest(url: url))
/// ```
///
/// Each attempt is signed anew. If the service rejects the time of a signature, the session learns the difference between the
/// clocks, for this host, and sends the request once more. If it rejects the credentials as expired or invalid, the session
/// renews them and sends the request once more. Every other response is returned unchanged, and redirects aren't followed,
/// because a signature is valid for one host and one path.
///
/// A session is safe to share, and is meant to live as long as its client.
public final class SigningSession: Sendable {
  /// How often the payload of a request can be sent.
  public enum Repetition: Sendable, Hashable {
    /// As often as needed: bytes in memory, a file.
    case unlimited
    /// Once, such as a stream.
    case once
  }

  /// The signer of each attempt.
  public let signer: Signer
  private let credentials: CachedCredentialProvider
  private let regions: RegionChain
  private let now: @Sendable () -> Date
  private let state = Mutex(State())

  private struct State {
    /// What was learned of the clocks of hosts, by the value of `Host`.
    var skews: [String: ClockSkew] = [:]
    /// The region of the chain.
    var region: String?

    mutating func learn(_ skew: ClockSkew, of host: String) {
      // Hosts whose clock differs are few; an unbounded number of names isn't kept.
      if skews.count >= 256 { skews = [:] }
      skews[host] = skew
    }
  }

  /// Creates a session.
  ///
  /// - Parameters:
  ///   - service: The service that checks the signatures.
  ///   - region: The region; by default that of a request's host, and for a host that names none that of `regions`.
  ///   - credentials: The source of the credentials, which the session caches unless it is a cache.
  ///   - regions: The sources of the region for hosts that name none.
  public convenience init(
    service: SigningService, region: SigningRegion = .fromHost, credentials: some CredentialProvider = .default,
    regions: RegionChain = RegionChain()
  ) {
    self.init(
      signer: Signer(service: service, region: region),
      credentials: credentials as? CachedCredentialProvider ?? credentials.cached(), regions: regions, now: { Date() })
  }

  init(
    signer: Signer, credentials: CachedCredentialProvider, regions: RegionChain, now: @escaping @Sendable () -> Date
  ) {
    self.signer = signer
    self.credentials = credentials
    self.regions = regions
    self.now = now
  }

  /// Signs a request and sends it with an HTTP client of any kind.
  ///
  /// ```swift
  /// let answer = try await session.send(request) { signed in
  ///   let answer = try await client.send(signed)
  ///   return (answer, answer.isError ? ServiceErrorResponse(answer.text, status: answer.status, headers: …) : nil)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - request: The request, not signed.
  ///   - payload: The payload, if the request doesn't carry it.
  ///   - repetition: How often the payload can be sent.
  ///   - transmit: Sends the signed request, without following redirects. Returns the response and, if its status isn't 2xx,
  ///     the reason.
  /// - Returns: The response to the last attempt.
  /// - Throws: ``SigningError``, with the code `unrepeatablePayload` if the request has to be sent again, but its payload can be sent
  ///   only once; the error of the credentials, or of `transmit`.
  nonisolated(nonsending) public func send<Request: RequestAdapter, Response>(
    _ request: Request, payload: Payload? = nil, repetition: Repetition = .unlimited,
    by transmit:
      nonisolated(nonsending) (Request) async throws -> (response: Response, rejection: ServiceErrorResponse?)
  ) async throws -> Response {
    let host = try request.signableRequest(for: signer.service, in: .header).headers["host"] ?? ""
    let signer = try await signer(for: host)
    var reasons: Set<Reason> = []
    while true {
      let credentials = try await self.credentials.credentials()
      let time = (state.withLock { $0.skews[host] } ?? .none).serverTime(at: now())
      var signed = request
      try signer.sign(&signed, payload: payload, with: credentials, at: time)
      let (response, rejection) = try await transmit(signed)
      guard let rejection, let reason = try await renew(after: rejection, to: host, credentials, signedAt: time),
        reasons.insert(reason).inserted
      else { return response }
      guard repetition == .unlimited else { throw reason.error }
    }
  }

  /// The reasons for sending a request again, once each.
  private enum Reason {
    case clock
    case credentials

    var error: SigningError {
      let (rejected, remedy) =
        switch self {
        case .clock: ("the time of the signature", "knows the service's time now")
        case .credentials: ("the credentials", "has renewed the credentials")
        }
      return SigningError(
        .unrepeatablePayload,
        "The service rejected \(rejected), but the payload can be sent only once. The session \(remedy): send the request again."
      )
    }
  }

  /// Learns from a rejection, and returns the reason for sending the request again, if there is one.
  private func renew(
    after rejection: ServiceErrorResponse, to host: String, _ credentials: Credentials, signedAt time: Date
  ) async throws -> Reason? {
    if let skew = rejection.clockSkew(signedAt: time, localTime: now()) {
      state.withLock { $0.learn(skew, of: host) }
      return .clock
    }
    guard rejection.isExpiredCredentials else { return nil }
    self.credentials.invalidate(accessKeyID: credentials.accessKeyID)
    return try await self.credentials.credentials() == credentials ? nil : .credentials
  }

  /// The signer, with a region for a host that names none.
  private func signer(for host: String) async throws -> Signer {
    guard signer.region == .fromHost, AWSHost(host).region == nil else { return signer }
    let known = state.withLock { $0.region }
    let region = if let known { known } else { try await regions.region() }
    if known == nil { state.withLock { $0.region = region } }
    return Signer(service: signer.service, region: SigningRegion(region))
  }
}
