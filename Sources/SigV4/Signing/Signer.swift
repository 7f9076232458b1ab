#if canImport(FoundationEssentials)
  import struct FoundationEssentials.Date
#else
  import struct Foundation.Date
#endif

/// Signs requests to one service in one region, or with SigV4a in a set of regions.
///
/// A signer is cheap to make and to copy, and safe to share. Each thread keeps the keys that it has derived for the next
/// request, with their credentials: the 64 youngest of all signers and verifiers, until the thread ends.
public struct Signer: Sendable {
  /// The service and its rules.
  public let service: SigningService
  /// SigV4, or SigV4a.
  public let algorithm: SigningAlgorithm
  /// The region, such as `us-west-2`, `nil` where the request's host names it; with SigV4a the region set, joined by commas.
  public let region: String?

  let canonicalizer: Canonicalizer

  /// Creates a signer that uses SigV4.
  ///
  /// - Parameters:
  ///   - service: The service that checks the signatures.
  ///   - region: The region. It may be left out for VPC Lattice where requests go to a host such as
  ///     `reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws`.
  public init(service: SigningService, region: String? = nil) {
    self.service = service
    self.region = region
    algorithm = .hmacSHA256
    canonicalizer = Canonicalizer(service)
  }

  /// Creates a signer that uses SigV4a, whose signatures are good in several regions.
  ///
  /// - Parameters:
  ///   - service: The service that checks the signatures.
  ///   - regionSet: Regions, in which `*` stands for any text: `["*"]`, `["us-east-1", "us-west-*"]`.
  public init(service: SigningService, regionSet: [String]) {
    self.service = service
    region = regionSet.joined(separator: ",")
    algorithm = .ecdsaP256SHA256
    canonicalizer = Canonicalizer(service)
  }

  /// What a signature needs besides the request, ready before the request is hashed.
  struct Context {
    let date: SigningDate
    let key: SigningKey
    /// The value of `X-Amz-Region-Set`; `nil` with SigV4.
    let regionSet: String?

    var scope: CredentialScope { key.scope }
  }

  func context(
    for request: SignableRequest, _ credentials: Credentials, _ time: Date
  ) throws(SigningError) -> Context {
    let date = try SigningDate(time)
    let region = try region(for: request)
    let scopeRegion = algorithm == .hmacSHA256 ? region : nil
    let regionSet = scopeRegion == nil ? region : nil
    let key = try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      if let key = scratch.keys.key(
        for: credentials, day: date.day, region: scopeRegion, service: service.name)
      {
        return key
      }
      let scope = try CredentialScope(date, region: scopeRegion, service: service.name)
      return try scratch.keys.deriveKey(for: credentials, day: date.day, scope: scope)
    }
    return Context(date: date, key: key, regionSet: regionSet)
  }

  /// Writes the string to sign of the canonical request that is all the buffer of `scratch` holds, and signs that.
  ///
  /// - Returns: Where in the buffer the signature stands.
  func appendSignature(in context: Context, to scratch: inout SigningScratch) throws(SigningError) -> Range<Int> {
    let hash = try scratch.canonicalRequestHash()
    let stringToSign = scratch.appendStringToSign(algorithm, context.date, context.scope, hash)
    return try context.key.appendSignature(for: stringToSign, to: &scratch.buffer, using: &scratch.state)
  }

  /// The payload hash of a request that is known to be fit for signing before its payload is hashed.
  func hash(
    of payload: Payload, under rule: PayloadRule, for request: SignableRequest
  ) throws(SigningError) -> String {
    if payload.isUnhashed, rule != .unsigned {
      _ = try canonicalizer.canonicalRequest(for: request, payloadHash: "-")
    }
    return try payload.hash(under: rule)
  }

  private func region(for request: SignableRequest) throws(SigningError) -> String {
    if let region {
      guard algorithm == .hmacSHA256 || region.isRegionSet else {
        throw SigningError(
          .invalidRegion, "\(region.debugDescription) is no region set; it should look like us-east-1,us-west-*.")
      }
      return region
    }
    if service.name == SigningService.vpcLattice.name,
      let host = request.headers.first(where: { $0.isNamed("host") })?.value,
      let region = LatticeHost.region(of: host)
    {
      return region
    }
    throw SigningError(
      .missingRegion,
      "No region was given, and the host names none; only a host such as NAME.ID.vpc-lattice-svcs.REGION.on.aws does.")
  }
}

extension String {
  fileprivate var isRegionSet: Bool {
    utf8.split(separator: 0x2C, omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F } }
  }
}
