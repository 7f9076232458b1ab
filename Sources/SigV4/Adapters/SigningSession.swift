import Synchronization

#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// Signs and sends the requests to one service, and retries those that a new signature can help.
///
/// ```swift
/// let session = SigningSession(service: .vpcLattice)
/// let (body, response) = try await session.data(for: URLRequest(url: url))
/// ```
///
/// Each attempt has a new signature. If the service rejects the time of a signature, the session learns the clock of this host,
/// and sends the request once more. If it rejects the credentials as expired or invalid, the session renews them and sends the
/// request once more. Every other response is returned unchanged, and redirects aren't followed, because a signature is valid
/// for one host and one path.
///
/// A session is safe to share. Keep it as long as the client that sends its requests.
public final class SigningSession: Sendable {
  /// The signer of each attempt.
  public let signer: Signer
  private let credentials: CachedCredentialProvider
  private let regions: RegionChain
  private let now: @Sendable () -> Date
  private let state = Mutex(State())

  private struct State {
    /// The clock skews of hosts, by the value of `Host`.
    var skews: [String: ClockSkew] = [:]
    /// The region of the chain.
    var region: String?
    /// The chain's last error, and when it was thrown.
    var regionFailure: (error: any Error, time: Date)?
    /// The access key ID that was rejected although it had just been renewed: renewing it again wouldn't help.
    var rejectedID: String?

    mutating func learn(_ skew: ClockSkew, of host: String) {
      // Few hosts have a wrong clock. The limit bounds memory.
      if skews.count >= 256 { skews = [:] }
      skews[host] = skew
    }
  }

  /// Creates a session.
  ///
  /// - Parameters:
  ///   - service: The service that checks the signatures.
  ///   - region: The region. Defaults to the region in the host name of a request, and then to that of `regions`.
  ///   - credentials: The source of the credentials, which the session caches unless it is a cache.
  ///   - regions: The sources of the region for host names without one. The session caches the region, and an error for 5 s.
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
  /// func send(_ request: SignableRequest) async throws -> (status: Int, headers: [HeaderField], body: String) {
  ///   (403, [], "the response of an HTTP client")
  /// }
  /// let response = try await session.send(request) { signed in
  ///   let response = try await send(signed)
  ///   guard [400, 401, 403].contains(response.status) else { return (response, nil) }
  ///   return (response, ServiceErrorResponse(response.body, status: response.status, headers: response.headers))
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - request: The unsigned request.
  ///   - payload: The payload, if the request doesn't carry it.
  ///   - isRepeatable: Whether the payload can be sent again, as bytes can. Defaults to ``RequestAdapter/isRepeatable``.
  ///   - transmit: Sends the signed request, without following redirects. Returns the response and, if its status is 400, 401
  ///     or 403, the reason.
  /// - Returns: The response to the last attempt.
  /// - Throws: The error of the credentials or of `transmit`, or ``SigningError``. Its code is `unrepeatablePayload` if the
  ///   request has to be sent again, but its payload can be sent only once.
  nonisolated(nonsending) public func send<Request: RequestAdapter, Response>(
    _ request: Request, payload: Payload? = nil, isRepeatable: Bool? = nil,
    by transmit:
      nonisolated(nonsending) (Request) async throws -> (
        response: Response, rejection: ServiceErrorResponse?
      )
  ) async throws -> Response {
    let host = try request.signableRequest(for: signer.service, in: .header).headers["host"] ?? ""
    let signer = try await signer(forHost: host)
    var reasons: Set<Reason> = []
    while true {
      let credentials = try await self.credentials.credentials()
      let time = (state.withLock { $0.skews[host] } ?? .none).serverTime(at: now())
      var signed = request
      try signer.sign(&signed, payload: payload, with: credentials, at: time)
      let (response, rejection) = try await transmit(signed)
      guard let rejection,
        let reason = try await retryReason(
          for: rejection, fromHost: host, signedWith: credentials, at: time, after: reasons)
      else { return response }
      guard isRepeatable ?? request.isRepeatable else { throw reason.error }
      reasons.insert(reason)
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

  /// Corrects the clock or the credentials after a rejection.
  ///
  /// - Returns: The reason for sending the request again; `nil` if there is no new one.
  private func retryReason(
    for rejection: ServiceErrorResponse, fromHost host: String, signedWith credentials: Credentials, at time: Date,
    after earlier: Set<Reason>
  ) async throws -> Reason? {
    if let skew = rejection.clockSkew(signedAt: time, localTime: now()) {
      state.withLock { $0.learn(skew, of: host) }
      return earlier.contains(.clock) ? nil : .clock
    }
    // EC2 calls an expired token an expired request.
    guard rejection.isExpiredCredentials || rejection.isClockSkew && credentials.sessionToken != nil else { return nil }
    let isUseless = state.withLock { state in
      if earlier.contains(.credentials) { state.rejectedID = credentials.accessKeyID }
      return state.rejectedID == credentials.accessKeyID
    }
    guard !isUseless else { return nil }
    self.credentials.invalidate(accessKeyID: credentials.accessKeyID)
    do {
      return try await self.credentials.credentials() == credentials ? nil : .credentials
    } catch {
      try Task.checkCancellation()
      // The response names the cause; the provider's error would hide it.
      return nil
    }
  }

  /// Returns the signer, with the region of the chain for a host name that can't contain one.
  private func signer(forHost host: String) async throws -> Signer {
    // A host of AWS without a region, such as iam.amazonaws.com, isn't in the process's region: the signer throws a clear error.
    guard signer.region == .fromHost, AWSHost(host).labels.isEmpty else { return signer }
    return Signer(service: signer.service, region: SigningRegion(try await regionOfChain()))
  }

  /// The time for which a failure to find the region is cached, in seconds.
  ///
  /// Off EC2, each lookup waits a second for metadata.
  private static let regionPause = 0.0..<5

  /// Returns the region of the chain, which is cached, as is an error for a short time.
  private func regionOfChain() async throws -> String {
    let (known, failure) = state.withLock { ($0.region, $0.regionFailure) }
    if let known { return known }
    if let failure, Self.regionPause.contains(now().timeIntervalSince(failure.time)) { throw failure.error }
    do {
      let region = try await regions.region()
      state.withLock { $0.region = region }
      return region
    } catch {
      if !(error is CancellationError) { state.withLock { $0.regionFailure = (error, now()) } }
      throw error
    }
  }
}
