/// The checks of a request that need no secret.
enum RequestCheck {
  /// The first check that fails; `nil` if only the signature itself can be wrong.
  static func finding(in evidence: Evidence) -> SignatureDiagnosis? {
    if let finding = escapes(in: evidence) ?? authentications(in: evidence) { return finding }
    switch evidence.signature {
    case .failure(let error): return unreadable(error, evidence)
    case .success(let claim):
      return serviceAgainstHost(claim, evidence.host) ?? rules(claim, evidence) ?? token(evidence)
        ?? payload(claim, evidence)
    }
  }

  /// A presigned URL that was copied out of JSON or HTML without decoding it.
  private static func escapes(in evidence: Evidence) -> SignatureDiagnosis? {
    let target = AnswerText(evidence.request.target)
    let escapes = [("\\u0026", "JSON"), ("%5cu0026", "JSON"), ("&amp;", "HTML"), ("&#38;", "HTML"), ("&#x26;", "HTML")]
    guard let (escape, language) = escapes.first(where: { target.contains("\($0.0)x-amz-") }) else { return nil }
    return SignatureDiagnosis(
      .escapedTarget, .certain,
      "The URL contains \(escape), which is \(language)'s escape for &, so its parameters can't be read. Replace each \(escape) with &."
    )
  }

  /// More than one kind of authentication, or Signature Version 2.
  private static func authentications(in evidence: Evidence) -> SignatureDiagnosis? {
    let query = AnswerText(evidence.request.target)
    let isPresigned = query.contains("x-amz-signature=")
    if isPresigned, let authorization = evidence.header("authorization") {
      let isSignature = authorization.isAWSAuthorization
      // Other services may read a token of another scheme for themselves.
      guard isSignature || evidence.host.labels.contains("s3") else { return nil }
      return SignatureDiagnosis(
        .twoSignatures, .certain,
        "The request carries both a signature in its query and an Authorization header\(isSignature ? "" : " with another scheme"). Remove one: a presigned URL requires no Authorization."
      )
    }
    let isVersion2 =
      evidence.header("authorization").map { $0.utf8.prefix(4).asciiLowercased == "aws " }
      ?? (query.contains("awsaccesskeyid=") && query.contains("signature="))
    guard isVersion2, !isPresigned else { return nil }
    return ServiceError.meaning(.likely, of: evidence)
      ?? SignatureDiagnosis(
        .signatureVersion, .likely,
        "The request is signed with Signature Version 2 (SigV2), which most services and regions don't accept. Sign it with AWS4-HMAC-SHA256."
      )
  }

  private static func unreadable(_ error: VerificationError, _ evidence: Evidence) -> SignatureDiagnosis {
    if error.code == .missingSignature {
      // Not every request needs a signature, so the service's words come first.
      if let meaning = ServiceError.meaning(.likely, of: evidence) { return meaning }
      if evidence.hasOtherScheme {
        return SignatureDiagnosis(
          .notSigned, .certain,
          "Authorization carries another scheme than an AWS signature, such as Bearer or Basic. Sign the request.")
      }
    }
    return SignatureDiagnosis(error, evidence)
  }

  private static func serviceAgainstHost(_ claim: SignatureClaim, _ host: AWSHost) -> SignatureDiagnosis? {
    guard let expected = host.service, claim.scope.service != expected else { return nil }
    return SignatureDiagnosis(
      .service, .certain,
      "The credential scope is for the service \(claim.scope.service), but the host belongs to \(expected). Sign for \(expected)."
    )
  }

  /// The checks that a verifier of the service makes before it computes the signature.
  private static func rules(_ claim: SignatureClaim, _ evidence: Evidence) -> SignatureDiagnosis? {
    do throws(VerificationError) {
      _ = try Verifier(claim).claim(of: evidence.request, at: evidence.serviceTime ?? claim.time)
      return nil
    } catch {
      return SignatureDiagnosis(error, evidence)
    }
  }

  private static func token(_ evidence: Evidence) -> SignatureDiagnosis? {
    guard evidence.lacksToken else { return nil }
    return SignatureDiagnosis(
      .sessionToken, .certain,
      "The access key ID begins with ASIA, so the credentials are temporary, but the request has no session token. Send it in X-Amz-Security-Token."
    )
  }

  /// The hash that the request sends, compared with its body and with the service's rule.
  private static func payload(_ claim: SignatureClaim, _ evidence: Evidence) -> SignatureDiagnosis? {
    guard let error = Verifier(claim).payloadError(of: evidence.payload, for: claim) else { return nil }
    switch error.cause {
    case .payloadSigned: return SignatureDiagnosis(.payloadSigned, .certain, error.message)
    // The search for mistakes finds which of the two is signed.
    case .payloadUnsigned: return nil
    default: break
    }
    // The caller may not have passed the body.
    guard let hash = try? evidence.payload.hash(under: .signed), hash != SHA256Digest.hexOfNothing else { return nil }
    let other = BodyForms.all(of: evidence.payload).first { $0.hash == claim.contentHash }
    let hint = other.map { " The hash matches the body \($0.name)." } ?? ""
    return SignatureDiagnosis(
      .payload, .certain,
      "The body isn't the one whose hash is in x-amz-content-sha256: its hash is \(hash). Hash the bytes that are sent.\(hint)"
    )
  }
}

/// Other forms of a body, as editors, shells and clients produce them.
enum BodyForms {
  /// The hash of each form, and the difference from the body.
  static func all(of payload: Payload) -> [(hash: String, name: String)] {
    guard let bytes = payload.loadedBytes else { return [] }
    let lineFeed = UInt8(ascii: "\n")
    let isReturn = { (index: Int) in
      bytes[index] == UInt8(ascii: "\r") && index + 1 < bytes.count && bytes[index + 1] == lineFeed
    }
    let withoutReturns = bytes.indices.lazy.filter { !isReturn($0) }.map { bytes[$0] }
    let forms: [([UInt8], String)] = [
      (bytes.last == lineFeed ? bytes.dropLast() : bytes, "without the line break at its end"),
      (bytes + [lineFeed], "with a line break at its end"),
      (Array(withoutReturns), "with LF instead of CR LF"),
    ]
    return forms.filter { $0.0 != bytes }.compactMap { form, name in
      (try? SHA256.hash(form.span).hex).map { ($0, name) }
    }
  }
}

extension Verifier {
  /// The verifier of the service that `claim` names, with that service's rules.
  init(_ claim: SignatureClaim) {
    let rules = SigningService(claim.scope.service)
    self.init(service: rules, allowedSkew: .seconds(rules.isS3 ? 900 : 300), nonCanonicalTargets: .accepted)
  }

  /// The error in the hash that the request sends.
  func payloadError(of payload: Payload, for claim: SignatureClaim) -> VerificationError? {
    do throws(VerificationError) {
      _ = try payloadHash(of: payload, for: claim)
      return nil
    } catch {
      return error
    }
  }
}

extension SignatureDiagnosis {
  /// The error of a verifier, as a cause.
  init(_ error: VerificationError, _ evidence: Evidence) {
    let cause = error.cause.map { Cause($0) } ?? Self.cause(of: error.code)
    if cause == .clock, let offset = evidence.clockOffset {
      self.init(clockOffset: offset)
    } else if cause == .sessionToken, error.code == .missingHeader {
      self.init(
        .sessionToken, .certain,
        "The session token is listed as signed, but the request has none, or an empty one. Send the token of the credentials, or sign without one."
      )
    } else {
      self.init(cause, cause == .unknown ? nil : .certain, error.message)
    }
  }

  private static func cause(of code: VerificationError.Code) -> Cause {
    switch code {
    case .missingSignature: .notSigned
    case .ambiguousSignature: .twoSignatures
    case .unsupportedAlgorithm: .signatureVersion
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
