#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// Signs HTTP requests for one service in one region, or with SigV4a in a set of regions.
///
/// A signer is cheap to create and to copy, and safe to share. Each thread caches the keys that it has derived, with their
/// credentials. A thread keeps the 64 newest keys of all signers and verifiers, and drops those that are unused for an hour.
///
/// ```swift
/// let signer = Signer(service: .vpcLattice, region: "us-west-2")
/// try await signer.sign(&request, with: .default)
/// ```
public struct Signer: Sendable {
  /// The service and its rules.
  public let service: SigningService
  /// The region, or the regions with SigV4a.
  public let region: SigningRegion

  let canonicalizer: Canonicalizer
  /// The fields that signing sets.
  var fields = SigningFields.all

  /// Creates a signer.
  ///
  /// ```swift
  /// Signer(service: .vpcLattice)
  /// Signer(service: "dynamodb", region: "eu-central-1")
  /// Signer(service: .s3, region: .set(["*"]))
  /// ```
  ///
  /// - Parameters:
  ///   - service: The service that checks the signatures, by its signing name or as a member of ``SigningService``.
  ///   - region: The region; a set of regions signs with SigV4a. Defaults to the region in the host name of a request.
  public init(service: SigningService, region: SigningRegion = .fromHost) {
    self.service = service
    self.region = region
    canonicalizer = Canonicalizer(service)
  }

  /// The algorithm: SigV4, or SigV4a for a set of regions.
  public var algorithm: SigningAlgorithm { region.algorithm }

  /// Signs `request` in its headers: sets `X-Amz-Date`, `X-Amz-Security-Token`, `x-amz-content-sha256` if the service
  /// requires it, `X-Amz-Region-Set` with SigV4a, and `Authorization`.
  ///
  /// The fields of an earlier signature are replaced. Every other part of the request is unchanged.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it will be sent.
  ///   - payload: The payload, such as ``Payload/empty`` for a request without a body. Required, except for services that
  ///     don't sign payloads, which ignore it.
  ///   - credentials: The credentials to sign with.
  ///   - time: The time of signing. AWS rejects a request whose time differs by more than 5 minutes (S3: 15) from its own
  ///     clock.
  /// - Returns: The signed request, with the canonical request and the string to sign for debugging.
  /// - Throws: ``SigningError``; `request` is unchanged then.
  @discardableResult
  public func sign(
    _ request: inout SignableRequest, payload: Payload? = nil, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> SignedRequest {
    guard request.mayBeSigned(with: fields, for: service) else {
      return try sign(unsigned: &request, payload, with: credentials, at: time)
    }
    var unsigned = request.removingSignature(fields, of: service)
    let signed = try sign(unsigned: &unsigned, payload, with: credentials, at: time)
    request = unsigned
    return signed
  }

  /// Signs a request without the fields of an earlier signature.
  private func sign(
    unsigned request: inout SignableRequest, _ payload: Payload?, with credentials: Credentials, at time: Date
  ) throws(SigningError) -> SignedRequest {
    try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
      let values = try values(for: request, with: credentials, at: time, &workspace)
      let (written, payloadHash) = try workspace.canonical.write(
        request, by: canonicalizer, .signable(service.sessionToken)
      ) {
        (headers, selected, _) throws(SigningError) in
        let payloadHash = try payload.hash(under: service.payload)
        headers.add(fields, values, payloadHash: payloadHash, to: selected)
        return payloadHash
      }
      let signature = try workspace.appendSignature(of: written, at: values.date, with: values.key)
      let authorization = workspace.authorization(values.key, written.signedHeaders, signature)
      return SignedRequest(
        &request, .header(authorization), payloadHash: payloadHash, adding: fields, values,
        canonicalizedBy: canonicalizer)
    }
  }

  /// The values of the fields that signing sets in `request`, except for those that depend on its canonical form.
  func values(
    for request: SignableRequest, validFor lifetime: Int64? = nil, with credentials: Credentials, at time: Date,
    _ workspace: inout SigningWorkspace
  ) throws(SigningError) -> SigningValues {
    // rule: one-time
    let date = try SigningDate(time)
    let algorithm = algorithm
    let region = try region.text(host: request.headers["host"]) { workspace.region(ofHost: $0) }
    let scopeRegion = algorithm == .sigV4 ? region : nil
    let key = try workspace.key(for: credentials, on: date, region: scopeRegion, service: service.name)
    return SigningValues(
      key: key, algorithm: algorithm, date: date, timestamp: workspace.timestamp(date),
      sessionToken: credentials.sessionToken,
      tokenRule: service.sessionToken(of: request), contentHashHeader: service.contentHashHeader,
      regionSet: scopeRegion == nil ? region : nil, lifetime: lifetime)
  }
}

/// The values of the fields of ``SigningFields`` for one request.
struct SigningValues: ~Copyable {
  let key: SigningKey
  let algorithm: SigningAlgorithm
  let date: SigningDate
  /// ``date`` as it is sent and signed.
  let timestamp: String
  var sessionToken: String?
  let tokenRule: SigningService.SessionTokenRule
  let contentHashHeader: SigningService.ContentHashHeader
  /// `nil` with SigV4.
  let regionSet: String?
  /// The seconds that a presigned request is valid for; `nil` if the signature is sent in a header.
  let lifetime: Int64?

  /// The value of a session token's field; `nil` for the one of the two such fields that the service doesn't read.
  func token(of content: SigningFields.Content) -> String? {
    content == (tokenRule == .signedAsS3Session ? .s3SessionToken : .sessionToken) ? sessionToken : nil
  }

  var isPresigned: Bool { lifetime != nil }
  /// Whether `x-amz-content-sha256` is sent.
  // rule: content-hash-header
  var sendsContentHash: Bool {
    contentHashHeader == .sent || contentHashHeader == .sentUnlessPresigned && !isPresigned
  }
}

extension CanonicalHeaders {
  /// Adds the fields that signing sets, if they are sent in a header and signed.
  mutating func add(
    _ fields: SigningFields, _ values: borrowing SigningValues, payloadHash: String, to selected: Selected
  ) {
    for (content, name) in fields.headers {
      switch content {
      case .contentHash: if values.sendsContentHash { add(name, payloadHash, to: selected) }
      case _ where values.isPresigned: break
      case .date: add(name, values.timestamp, to: selected)
      // rule: session-token-header
      case .sessionToken:
        if values.tokenRule == .signed, let token = values.sessionToken { add(name, token, to: selected) }
      case .s3SessionToken:
        if values.tokenRule == .signedAsS3Session, let token = values.sessionToken { add(name, token, to: selected) }
      // rule: sigv4a-region-set
      case .regionSet: if let regionSet = values.regionSet { add(name, regionSet, to: selected) }
      case .algorithm, .authorization, .credential, .lifetime, .policy, .signature, .signedHeaders: break
      }
    }
  }
}

extension [HeaderField] {
  /// Appends the fields that signing sets, and returns their number.
  ///
  /// The token and the authorization are moved, which saves 20 ns.
  mutating func append(
    _ fields: SigningFields, _ values: inout SigningValues, payloadHash: String, authorization: consuming String
  ) -> Int {
    let kept = count
    for index in 0..<fields.headers.count {
      let name = fields.sentHeaders[index]
      switch fields.headers[index].content {
      case .contentHash: if values.sendsContentHash { append(HeaderField(name, payloadHash)) }
      case _ where values.isPresigned: break
      case .date: append(HeaderField(name, values.timestamp))
      case .sessionToken:
        if values.tokenRule != .signedAsS3Session, let token = values.sessionToken.take() {
          append(HeaderField(name, token))
        }
      case .s3SessionToken:
        if values.tokenRule == .signedAsS3Session, let token = values.sessionToken.take() {
          append(HeaderField(name, token))
        }
      case .regionSet: if let regionSet = values.regionSet { append(HeaderField(name, regionSet)) }
      case .authorization: append(HeaderField(name, authorization.moved()))
      case .algorithm, .credential, .lifetime, .policy, .signature, .signedHeaders: break
      }
    }
    return count - kept
  }
}

extension String {
  /// Returns the text, and leaves an empty one in its place.
  fileprivate mutating func moved() -> String {
    var text = ""
    swap(&text, &self)
    return text
  }
}

extension SignableRequest {
  /// Whether the request may contain a field that signing for `service` sets.
  func mayBeSigned(with fields: SigningFields, for service: SigningService) -> Bool {
    target.mayHaveParametersOfSigning || headers.contains { fields.replacesHeader($0.name, for: service) }
  }

  /// The request without the fields of a signature, in either placement, so that it can be signed again.
  func removingSignature(_ fields: SigningFields, of service: SigningService) -> SignableRequest {
    // rule: signing-again-replaces
    var (target, headers) = (target, headers)
    headers.removeAll { fields.replacesHeader($0.name, for: service) }
    fields.removeParameters(from: &target, for: service)
    return SignableRequest(method: method, target: target, headers: headers)
  }
}
