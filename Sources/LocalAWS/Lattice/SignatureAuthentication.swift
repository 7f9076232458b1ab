public import SigV4

#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Finds out who sends a request from its signature, as Lattice does: the other half of the library at work.
///
/// Unlike Lattice, the answer to a rejected request contains the cause, which a real service must not tell strangers.
public struct SignatureAuthentication: Sendable {
  private let verifier: Verifier
  private let credentials: Credentials
  private let principal: Principal

  /// Creates an authentication that knows one caller.
  ///
  /// - Parameters:
  ///   - service: The service that signatures must be for, whose rules hold.
  ///   - region: The region that signatures must be for.
  ///   - credentials: The caller's credentials.
  ///   - principal: The caller.
  public init(
    service: SigningService = .vpcLattice, region: String, credentials: Credentials, principal: Principal
  ) {
    verifier = Verifier(service: service, region: region, nonCanonicalTargets: .accepted)
    self.credentials = credentials
    self.principal = principal
  }

  /// Returns the sender of `request`; for ``LatticeService/start(arn:policy:greeting:on:authenticate:)``.
  @Sendable public func authenticate(
    _ request: SignableRequest, _ body: [UInt8], at time: Date
  ) async -> LatticeService.Authentication {
    do throws(VerificationError) {
      // Credentials of another id than the one that signed count as none.
      _ = try verifier.verify(request, payload: .bytes(body), with: credentials, at: time)
      return .authenticated(principal)
    } catch {
      guard error.code != .missingSignature else { return .anonymous }
      guard error.code == .wrongSignature else { return .rejected(error.response(for: .vpcLattice).body) }
      let mismatch = SignatureDiagnosis(of: request, payload: .bytes(body), credentials: credentials)
      return .rejected(error.response(for: .vpcLattice).body + " Diagnosis: " + mismatch.description)
    }
  }
}
