public import SigV4

#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Identifies the sender of a request by its signature, as Lattice does.
///
/// Unlike Lattice, the answer to a rejected request contains the cause, which a real service must not reveal.
public struct SignatureAuthentication: Sendable {
  private let verifier: Verifier
  private let callers: Callers

  /// Creates an authentication that accepts one caller.
  ///
  /// - Parameters:
  ///   - service: The service that signatures must be for, whose rules apply.
  ///   - region: The region that signatures must be for.
  ///   - credentials: The caller's credentials.
  ///   - principal: The caller.
  public init(
    service: SigningService = .vpcLattice, region: String, credentials: Credentials, principal: Principal
  ) {
    let callers = Callers()
    callers.add(credentials, as: principal)
    self.init(service: service, region: region, callers: callers)
  }

  /// Creates an authentication that accepts the callers of a list, including those that are added later.
  ///
  /// - Parameters:
  ///   - service: The service that signatures must be for, whose rules apply.
  ///   - region: The region that signatures must be for.
  ///   - callers: The callers.
  public init(service: SigningService = .vpcLattice, region: String, callers: Callers) {
    verifier = Verifier(service: service, region: region, nonCanonicalTargets: .accepted)
    self.callers = callers
  }

  /// Returns the sender of `request`; the `authenticate` parameter of ``LatticeService``.
  @Sendable public func authenticate(
    _ request: SignableRequest, _ body: [UInt8], at time: Date
  ) async -> LatticeService.Authentication {
    do throws(VerificationError) {
      let caller = try callers.verify(request, body, by: verifier, at: time)
      return caller.map { .authenticated($0.principal) } ?? .anonymous
    } catch {
      guard error.code != .missingSignature else { return .anonymous }
      guard error.code == .wrongSignature else { return .rejected(error.response(for: .vpcLattice).body) }
      // An unknown access key ID is compared with that of the only caller.
      let claimed = (try? SignatureClaim(request)).flatMap { callers.caller(accessKeyID: $0.accessKeyID) }
      let mismatch = SignatureDiagnosis(
        of: request, payload: .bytes(body), credentials: (claimed ?? callers.only)?.credentials)
      return .rejected(error.response(for: .vpcLattice).body + " Diagnosis: " + mismatch.description)
    }
  }
}
