extension VerificationError {
  /// The error code with which AWS's own servers answer this error, such as `SignatureDoesNotMatch`.
  ///
  /// The codes are those of the S3 API Reference, "Error responses", and of "Common Errors" in the STS API Reference. JSON
  /// services and VPC Lattice add `Exception` to most of them. AWS has a separate code for an unknown access key ID. Here it
  /// has the code of a wrong signature, so that an answer doesn't reveal which IDs exist.
  ///
  /// - Parameter service: The service that answers. Services that this library doesn't know have the codes of JSON services.
  /// - Returns: The code, as S3's and the query services' XML, JSON services and VPC Lattice name it.
  public func awsErrorCode(for service: SigningService) -> String {
    let form = service.errorForm
    return switch form {
    case .s3: s3Code
    case .query, .ec2: queryCode
    // VPC Lattice User Guide, "SIGv4 authenticated requests".
    case .lattice where code == .missingSignature: "AccessDeniedException"
    case .lattice where code == .unsignedHeader: "IncompleteSignatureException"
    case .lattice, .json: jsonCode
    }
  }

  /// The HTTP status with which AWS's own servers answer this error: 400, 403, 413 or 500.
  ///
  /// - Parameter service: The service that answers. An incomplete signature is 400, but 403 for VPC Lattice, whose user
  ///   guide shows the text without a status.
  /// - Returns: The status.
  public func httpStatus(for service: SigningService) -> Int {
    switch awsErrorCode(for: service) {
    case "InternalError", "InternalFailure": 500
    case "RequestEntityTooLargeException": 413
    case "IncompleteSignatureException": service.errorForm == .lattice ? 403 : 400
    case "AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "InvalidSignatureException",
      "MissingAuthenticationToken", "MissingAuthenticationTokenException", "RequestTimeTooSkewed",
      "SignatureDoesNotMatch", "UnrecognizedClientException":
      403
    default: 400
    }
  }

  private var s3Code: String {
    switch code {
    case .tooLarge: "RequestHeaderSectionTooLarge"
    case .invalidRequest: "BadRequest"
    case .nonCanonicalTarget: "InvalidURI"
    case .missingSignature, .expired, .deniedByPolicy: "AccessDenied"
    case .ambiguousSignature where cause == .twoSignatures: "InvalidArgument"
    case .malformedSignature where cause == .date: "AccessDenied"
    case .ambiguousSignature, .malformedSignature, .wrongScope: "AuthorizationHeaderMalformed"
    case .unsignedHeader where cause != .contentHashHeader: "AccessDenied"
    case .unsupportedAlgorithm, .unsignedHeader: "InvalidRequest"
    case .skewedDate: "RequestTimeTooSkewed"
    case .wrongPayload: "XAmzContentSHA256Mismatch"
    case .missingHeader, .wrongSignature: "SignatureDoesNotMatch"
    case .wrongSessionToken: "InvalidToken"
    case .malformedChunk: "IncompleteBody"
    default: "InternalError"
    }
  }

  private var queryCode: String {
    switch code {
    case .tooLarge: "RequestEntityTooLargeException"
    case .invalidRequest: "MalformedHttpRequestException"
    case .nonCanonicalTarget: "MalformedQueryString"
    case .missingSignature: "MissingAuthenticationToken"
    case .ambiguousSignature, .malformedSignature, .unsupportedAlgorithm, .missingHeader: "IncompleteSignature"
    case .wrongScope, .unsignedHeader, .skewedDate, .expired, .wrongPayload, .wrongSignature: "SignatureDoesNotMatch"
    case .deniedByPolicy: "AccessDenied"
    case .wrongSessionToken: "InvalidClientTokenId"
    case .malformedChunk: "ValidationError"
    default: "InternalFailure"
    }
  }

  private var jsonCode: String {
    switch queryCode {
    case "MalformedQueryString": "MalformedHttpRequestException"
    case "SignatureDoesNotMatch": "InvalidSignatureException"
    case "InvalidClientTokenId": "UnrecognizedClientException"
    case "ValidationError": "SerializationException"
    case "AccessDenied": "AccessDeniedException"
    case let code where code == "IncompleteSignature" || code == "MissingAuthenticationToken": code + "Exception"
    case let code: code
    }
  }

  /// The message in AWS's words, followed by that of the verifier; AWS's words alone if the verifier failed.
  func awsMessage(in form: SigningService.ErrorForm) -> String {
    guard code != .verifierFailure else {
      return form == .s3
        ? "We encountered an internal error. Please try again."
        : "The request processing has failed because of an unknown error, exception or failure."
    }
    guard let wording = wording(in: form) else { return message }
    return "\(wording) \(message)"
  }

  /// The sentence with which AWS's servers report the error.
  ///
  /// Sources: IAM User Guide, "Troubleshoot signed requests for AWS APIs"; S3 API Reference, "Error responses"; and the
  /// answers in TestVectors/answers/service-errors.jsonl.
  private func wording(in form: SigningService.ErrorForm) -> String? {
    switch code {
    case .missingSignature:
      switch form {
      case .s3: "Access Denied."
      case .lattice: "User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke."
      case .query, .ec2, .json: "Request is missing Authentication Token."
      }
    case .ambiguousSignature where cause == .twoSignatures:
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified."
    case .malformedSignature where cause == .date:
      form == .s3
        ? "AWS authentication requires a valid Date or x-amz-date header." : "Date must be in ISO-8601 'basic format'."
    case .ambiguousSignature where form == .s3, .malformedSignature where form == .s3:
      "The authorization header is malformed."
    case .malformedSignature: "The request signature does not conform to AWS standards."
    case .unsupportedAlgorithm where form == .s3:
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    case .wrongScope: scopeWording(in: form)
    case .missingHeader:
      if case .header(let name) = detail {
        "'\(name)' is named as a SignedHeader, but it does not exist in the HTTP request."
      } else {
        nil
      }
    case .unsignedHeader:
      switch (cause, form) {
      case (.contentHashHeader, .lattice): "Missing the 'x-amz-content-sha256' in canonical headers."
      case (.contentHashHeader, _): "Missing required header for this request: x-amz-content-sha256."
      default: "There were headers present in the request which were not signed."
      }
    case .skewedDate where form == .s3:
      "The difference between the request time and the current time is too large."
    case .expired where form == .s3: "Request has expired."
    case .deniedByPolicy where form == .s3: "Invalid according to Policy: \(message)"
    case .skewedDate, .expired: timeWording
    case .wrongPayload where cause != .payloadSigned:
      "The provided 'x-amz-content-sha256' header does not match what was computed."
    case .wrongSignature:
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
    case .wrongSessionToken:
      form == .s3
        ? "The provided token is malformed or otherwise not valid."
        : "The security token included in the request is invalid."
    default: nil
    }
  }

  private func scopeWording(in form: SigningService.ErrorForm) -> String {
    let prefix = form == .s3 ? "The authorization header is malformed; " : ""
    return switch (cause, detail) {
    case (.region, .scope(let signed, let expected)) where form == .s3:
      "\(prefix)the region '\(signed)' is wrong; expecting '\(expected)'."
    case (.region, .scope(let signed, _)): "Credential should be scoped to a valid region, not '\(signed)'."
    case (.region, _): "\(prefix)Credential should be scoped to a valid region."
    case (.service, .scope(let signed, let expected)) where form == .s3:
      "\(prefix)incorrect service \"\(signed)\". This endpoint belongs to \"\(expected)\"."
    case (.service, .scope(_, let expected)): "Credential should be scoped to correct service: '\(expected)'."
    case (.day, _) where form == .s3: "\(prefix)Invalid credential date. This date is not the same as X-Amz-Date."
    case (.day, _): "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
    default: "\(prefix)Credential should be scoped with a valid terminator: 'aws4_request'."
    }
  }

  /// The request's time, the nearest time that is accepted, and the verifier's clock, from which clients learn their skew.
  private var timeWording: String? {
    guard case .time(let signed, let now, let limit) = detail else {
      return code == .expired ? "Signature expired." : "Signature expired, or not yet current."
    }
    let length = limit.isMultiple(of: 60) ? "\(limit / 60) min." : "\(limit) sec."
    let bound = { (offset: Int) in SigningDate(secondsSince1970: now.secondsSince1970 + offset).text }
    return signed.secondsSince1970 < now.secondsSince1970
      ? "Signature expired: \(signed.text) is now earlier than \(bound(-limit)) (\(now.text) - \(length))."
      : "Signature not yet current: \(signed.text) is still later than \(bound(limit)) (\(now.text) + \(length))."
  }
}
