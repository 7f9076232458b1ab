#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Mismatch {
  /// Explains why a service refuses `request`.
  ///
  /// The service's own words come first, then the checks that need no secret, then the canonical request that the
  /// service shows. With credentials, the known mistakes are tried one by one for the one that makes the very
  /// signature that was sent.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was sent.
  ///   - payload: What the request carried.
  ///   - answer: The body of the service's answer.
  ///   - credentials: The credentials that the request should have been signed with; they stay in this call.
  ///   - serviceTime: The service's clock, as in the `Date` header of its answer.
  public init(
    of request: SignableRequest, payload: Payload = .empty, answer: ServiceAnswer? = nil,
    credentials: Credentials? = nil, serviceTime: Date? = nil
  ) {
    if let answer, let certain = Mismatch(answer, request) {
      self = certain
      return
    }
    let claim: SignatureClaim
    do throws(VerificationError) { claim = try SignatureClaim(request) } catch {
      self.init(error, request, serviceTime)
      return
    }
    if let wrongPlace = Mismatch(serviceAgainstHost: request, claim) {
      self = wrongPlace
      return
    }
    let rules = SigningService.named(claim.scope.service)
    let verifier = Verifier(
      service: rules, allowedSkew: .seconds(rules.isS3 ? 900 : 300), nonCanonicalTargets: .accepted)
    // Of a payload in chunks, a word is signed; the chunks' signatures are another matter.
    let streamed = claim.fields.contentHash.flatMap { $0.hasPrefix("STREAMING-") ? Payload.hash($0) : nil }
    let payload = streamed ?? payload
    let clock = serviceTime ?? claim.time
    do throws(VerificationError) { _ = try verifier.claim(of: request, at: clock) } catch {
      self.init(error, request, serviceTime)
      return
    }
    let payloadHash =
      (try? verifier.payloadHash(of: payload, for: claim)) ?? claim.fields.contentHash ?? Payload.unsignedWord
    let differences = Self.differences(of: request, claim, payloadHash, answer, verifier)
    if let differences, let first = differences.first {
      let (cause, explanation) = first.cause(of: request, claim)
      self.init(cause: cause, explanation: explanation, differences: differences)
      return
    }
    guard let credentials else {
      self.init(withoutCredentials: request, claim, isTextTheSame: differences != nil)
      return
    }
    self.init(verifier, request, claim, payload, payloadHash, credentials, clock)
  }

  /// Tries the signature, and then the known mistakes.
  private init(
    _ verifier: Verifier, _ request: SignableRequest, _ claim: SignatureClaim, _ payload: Payload,
    _ payloadHash: String, _ credentials: Credentials, _ clock: Date
  ) {
    guard claim.accessKeyID == credentials.accessKeyID else {
      self.init(
        .accessKeyID,
        "The request is signed with the key \(claim.accessKeyID), not with \(credentials.accessKeyID); another source of credentials came first."
      )
      return
    }
    do throws(VerificationError) {
      _ = try verifier.verify(request, payload: payload, with: credentials, at: clock)
      if let wrongPlace = Mismatch(regionAgainstHost: request, claim) {
        self = wrongPlace
      } else {
        self.init(
          .signatureIsRight,
          "The signature is right for these credentials; the service knows another secret for \(claim.accessKeyID), or refuses for another reason."
        )
      }
    } catch {
      guard error.code == .wrongSignature || error.code == .verifierFailure else {
        self.init(error, request, nil)
        return
      }
      let mistake = Mistake.find(
        in: request, claim, payload: payload, payloadHash: payloadHash, credentials: credentials)
      if let mistake {
        self.init(mistake.cause, mistake.explanation)
      } else {
        self.init(
          .secret,
          "No known mistake makes this signature: the secret is most likely another, or something on the way changed what was signed."
        )
      }
    }
  }

  private init(withoutCredentials request: SignableRequest, _ claim: SignatureClaim, isTextTheSame: Bool) {
    if let wrongPlace = Mismatch(regionAgainstHost: request, claim) {
      self = wrongPlace
    } else if isTextTheSame {
      self.init(
        .secret,
        "The service signs the very text that this request stands for, so the key differs: the secret isn't the one of \(claim.accessKeyID), or the signer signed another text."
      )
    } else {
      self.init(
        .unknown, "The request alone doesn't tell; with the credentials, the known mistakes can be tried one by one.")
    }
  }

  /// The scope's region against the one in the host's name.
  private init?(regionAgainstHost request: SignableRequest, _ claim: SignatureClaim) {
    guard let expected = HostParts(request).region, let region = claim.scope.region, region != expected else {
      return nil
    }
    self.init(
      .region, "The credential scope is for the region \(region), but the host is in \(expected); sign for \(expected)."
    )
  }

  /// The scope's service against the one in the host's name.
  private init?(serviceAgainstHost request: SignableRequest, _ claim: SignatureClaim) {
    guard let expected = HostParts(request).service, claim.scope.service != expected else { return nil }
    self.init(
      .service,
      "The credential scope is for the service \(claim.scope.service), but the host is one of \(expected); sign for \(expected)."
    )
  }

  /// What a verifier says, as a cause.
  private init(_ error: VerificationError, _ request: SignableRequest, _ serviceTime: Date?) {
    let cause: Cause = error.cause ?? Self.cause(of: error.code)
    if cause == .clock, let serviceTime, let sent = (try? SignatureClaim(request))?.date {
      self.init(clockOffset: sent.secondsSince1970 - Int(serviceTime.timeIntervalSince1970.rounded(.down)))
    } else if cause == .sessionToken, error.code == .missingHeader {
      self.init(missingHeader: "x-amz-security-token")
    } else {
      self.init(cause, error.message)
    }
  }

  private static func cause(of code: VerificationError.Code) -> Cause {
    switch code {
    case .missingSignature: .notSigned
    case .unsignedHeader: .unsignedHeader
    case .missingHeader: .missingHeader
    case .skewedDate: .clock
    case .expired: .expired
    case .wrongSessionToken: .sessionToken
    case .wrongPayload: .payload
    case .invalidRequest: .header
    case .tooLarge, .verifierFailure: .unknown
    default: .malformedSignature
    }
  }
}
