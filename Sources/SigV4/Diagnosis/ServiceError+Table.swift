// swift-format-ignore-file
// Each row has two lines: the wording that an answer contains, and its meaning.

extension ServiceError {
  /// The wordings of AWS's services, one in each row.
  ///
  /// The first row that fits applies. Certain rows are tried before likely ones. Of two overlapping rows with the same certainty,
  /// the narrower must come first; `ServiceErrorTests` lists the overlaps.
  ///
  /// Sources: IAM User Guide, "Troubleshoot signed requests for AWS APIs" and "Troubleshoot access denied error messages";
  /// S3 API Reference, "Error responses"; EC2 API Reference, "Error codes"; "Common errors" of the services' API references;
  /// AWS re:Post, "How do I troubleshoot HTTP 403 errors from API Gateway?"; and the answers themselves, each with its
  /// source in TestVectors/answers/service-errors.jsonl.
  ///
  /// A row about policies doesn't fit if the service calls the sender anonymous: then the request had no signature.
  static let table: [ServiceError] =
    unsigned + versions + tokens + scopes + dates + payloads + headers + forms
    + policies.map(\.forNamedSenders) + others

  // MARK: No signature

  private static let unsigned: [ServiceError] = [
    .init(.notSigned, .likely, text: "User: anonymous is not authorized … with an explicit deny", if: \.isSigned,
      "The service saw no signature, although the request has one, and an explicit deny in a policy rejects the request. Look for a proxy or a redirect that removes the signature; if the policy denies signed requests too, change the policy."),
    .init(.notSigned, .likely, text: "User: anonymous is not authorized … with an explicit deny",
      "The service saw no signature, and an explicit deny in a policy rejects the request. Sign it; if the policy denies signed requests too, change the policy."),
    .init(.notSigned, .certain, text: "User: anonymous is not authorized", if: { !$0.isSigned && !$0.says("with an explicit deny") },
      "The service saw no signature. Sign the request."),
    .init(.notSigned, .likely, text: "User: anonymous is not authorized",
      "The service saw no signature, although the request has one. Look for a proxy or a redirect that removes it, and for a service that reads no signature there."),
    .init(.notSigned, .certain, text: "Anonymous access is forbidden", if: { !$0.isSigned },
      "The service saw no signature. Sign the request."),
    .init(.notSigned, .likely, text: "Anonymous access is forbidden",
      "The service saw no signature, although the request has one. Look for a proxy or a redirect that removes it."),
    .init(.notSigned, .certain, text: "Anonymous users cannot", if: { !$0.isSigned },
      "The service saw no signature. Sign the request."),
    .init(.notSigned, .likely, text: "Anonymous users cannot",
      "The service saw no signature, although the request has one. Look for a proxy or a redirect that removes it."),
    .init(.notSigned, .certain, text: "Request is missing Authentication Token",
      "The service saw no signature. Send the Authorization header, and look for a proxy that removes it."),
    .init(.route, .likely, text: "Missing Authentication Token", if: \.isSigned,
      "The host has no such method and path: check the URL, the method and the API's stage. Or something on the way removed the signature: API Gateway says the same in both cases."),
    .init(.notSigned, .likely, text: "Missing Authentication Token",
      "The service saw no signature, or the host has no such method and path: API Gateway says the same in both cases."),
    .init(.notSigned, .certain, text: "must contain a valid (registered) AWS Access Key ID",
      "The service saw no signature. Send the Authorization header, and look for a proxy that removes it."),
    .init(.notSigned, .certain, code: ["MissingAuthenticationToken"],
      "The service saw no signature. Send the Authorization header, and look for a proxy that removes it."),
    .init(.route, .likely, code: ["MissingAuthenticationTokenException"], if: \.isSigned,
      "The host has no such method and path: check the URL, the method and the API's stage. Or something on the way removed the signature: API Gateway says the same in both cases."),
    .init(.notSigned, .likely, code: ["MissingAuthenticationTokenException"],
      "The service saw no signature, or the host has no such method and path: API Gateway says the same in both cases."),
    .init(.notSigned, .certain, text: "Please make sure your API Key is valid",
      "The service read an API key (a Bearer token), not a signature. Send the AWS signature in Authorization, and no other."),
    .init(.notSigned, .certain, text: "Unsupported Authorization Type",
      "Authorization carries another scheme than an AWS signature, such as Bearer or Basic. Sign the request, or remove the header from a presigned one."),
  ]

  // MARK: Other versions

  private static let versions: [ServiceError] = [
    .init(.twoSignatures, .certain, text: "Only one auth mechanism allowed",
      "The request carries both a signature in its query and an Authorization header. Remove one: a presigned URL requires no Authorization."),
    .init(.signatureVersion, .certain, text: "Please use AWS4-HMAC-SHA256",
      "The request is signed with Signature Version 2 (SigV2), which the service doesn't accept. Sign it with AWS4-HMAC-SHA256."),
    .init(.signatureVersion, .certain, text: "require AWS Signature Version 4",
      "The service requires Signature Version 4 for this object. Sign the request with AWS4-HMAC-SHA256."),
    .init(.signatureVersion, .certain, text: "Query-string authentication requires the Signature, Expires and AWSAccessKeyId",
      "The service read an incomplete presigned URL of Signature Version 2 (SigV2). Presign with AWS4-HMAC-SHA256."),
    .init(.signatureVersion, .certain, text: "Unsupported AWS 'algorithm': '…'",
      "The service doesn't accept the signing algorithm {1|of the request}. Sign with AWS4-HMAC-SHA256."),
    .init(.signatureVersion, .certain, text: "X-Amz-Algorithm only supports",
      "The service doesn't accept the algorithm in X-Amz-Algorithm. Sign with AWS4-HMAC-SHA256."),
  ]

  // MARK: Keys and tokens

  private static let tokens: [ServiceError] = [
    .init(.otherReason, .certain, text: "Token expired: current date/time",
      "The web identity token that is exchanged for credentials has expired. Get a new one from its issuer."),
    .init(.otherReason, .certain, text: "Token too old",
      "The web identity token that is exchanged for credentials has expired. Get a new one from its issuer."),
    .init(.sessionToken, .certain, text: "token included in the request is expired",
      "The session token has expired. Get new credentials, and refresh them before they expire."),
    .init(.sessionToken, .certain, text: "provided token has expired",
      "The session token has expired. Get new credentials, and refresh them before they expire."),
    .init(.sessionToken, .certain, code: ["ExpiredToken", "ExpiredTokenException"],
      "The session token has expired. Get new credentials, and refresh them before they expire."),
    .init(.sessionToken, .certain, text: "provided token is malformed",
      "The session token isn't a valid token: check whether it was cut off, quoted, or belongs to another partition."),
    .init(.sessionToken, .certain, code: ["InvalidToken"],
      "The session token isn't a valid token: check whether it was cut off, quoted, or belongs to another partition."),
    .init(.sessionToken, .certain, text: "security token included in the request is invalid", if: \.lacksToken,
      "The access key ID belongs to temporary credentials, but the request has no session token. Send it in X-Amz-Security-Token."),
    .init(.accessKeyID, .certain, text: "security token included in the request is invalid", if: { $0.isSigned && !$0.hasToken },
      "The service doesn't know the access key ID: it is deleted or inactive, or belongs to another partition. If it is temporary, send its session token."),
    .init(.sessionToken, .likely, text: "security token included in the request is invalid",
      "The service doesn't know the access key ID, or the session token belongs to another key. Take key ID, secret and token from one set of credentials of this partition."),
    .init(.sessionToken, .certain, code: ["InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"], if: \.lacksToken,
      "The access key ID belongs to temporary credentials, but the request has no session token. Send it in X-Amz-Security-Token."),
    .init(.accessKeyID, .certain, text: "Access Key Id you provided does not exist",
      "The service doesn't know the access key ID: it is deleted, belongs to another partition, or is temporary and sent without its session token."),
    .init(.accessKeyID, .certain, code: ["InvalidAccessKeyId", "InvalidClientTokenId"],
      "The service doesn't know the access key ID: it is deleted, belongs to another partition, or is temporary and sent without its session token."),
    .init(.sessionToken, .likely, code: ["UnrecognizedClientException"],
      "The service doesn't know the access key ID, or the session token belongs to another key. Take key ID, secret and token from one set of credentials of this partition."),
    .init(.credentials, .likely, text: "not able to validate the provided access credentials",
      "EC2 can't validate the credentials, and doesn't name the cause. The clock is wrong, the access key ID is unknown, or the secret is wrong. Check the clock first."),
    .init(.credentials, .likely, code: ["AuthFailure"],
      "EC2 can't validate the credentials, and doesn't name the cause. The clock is wrong, the access key ID is unknown, or the secret is wrong. Check the clock first."),
  ]

  // MARK: Credential scope

  private static let scopes: [ServiceError] = [
    .init(.region, .certain, text: "the region '…' is wrong; expecting '…'",
      "The credential scope is for the wrong region, {1|another}. Sign for {2|the region that the service expects}."),
    .init(.region, .certain, text: "Credential should be scoped to a valid region, not '…'",
      "The credential scope is for the wrong region, {1|another}. Sign for the region in the service's host name (us-east-1 for global services)."),
    .init(.region, .certain, text: "scoped to a valid region",
      "The credential scope is for the wrong region. Sign for the region in the service's host name (us-east-1 for global services)."),
    .init(.region, .certain, code: ["PermanentRedirect"],
      "The bucket is in another region than this endpoint. Send the request to the endpoint that the answer names, and sign for its region."),
    .init(.region, .certain, text: "must be addressed using the specified endpoint",
      "The bucket is in another region than this endpoint. Send the request to the endpoint that the answer names, and sign for its region."),
    .init(.region, .likely, code: ["IllegalLocationConstraintException"],
      "The bucket is in another region than this endpoint, or the LocationConstraint in the body is. Send the request to the endpoint of the bucket's region, and sign for that region."),
    .init(.host, .certain, code: ["TemporaryRedirect"],
      "The bucket has another endpoint for now. Sign the request for the host that the answer names; a redirect that is followed keeps the old signature."),
    .init(.service, .certain, text: "incorrect service \"…\". This endpoint belongs to \"…\"",
      "The credential scope is for the wrong service, {1|another}. Sign for {2|the service's signing name}."),
    .init(.service, .certain, text: "scoped to correct service: '…'",
      "The credential scope is for the wrong service. Sign for {1|the service's signing name}."),
    .init(.service, .certain, text: "scoped to correct service",
      "The credential scope is for the wrong service. Sign for the service's signing name."),
    .init(.day, .certain, text: "Date in Credential scope does not match",
      "The day in the credential scope isn't the day of X-Amz-Date. Take both from one time, in UTC."),
    .init(.day, .certain, text: "This date is not the same as X-Amz-Date",
      "The day in the credential scope isn't the day of X-Amz-Date. Take both from one time, in UTC."),
    .init(.malformedSignature, .certain, text: "valid terminator",
      "The credential scope must end in /aws4_request."),
    .init(.malformedSignature, .certain, text: "incorrect terminal",
      "The credential scope must end in /aws4_request."),
    .init(.malformedSignature, .certain, text: "Credential must have exactly 5 slash-delimited elements",
      "The credential must look like ACCESS-KEY-ID/20150830/us-west-2/service/aws4_request; in a query, each slash is %2F."),
    .init(.malformedSignature, .certain, text: "Credential is mal-formed",
      "The credential must look like ACCESS-KEY-ID/20150830/us-west-2/service/aws4_request; in a query, each slash is %2F."),
    .init(.accessKeyID, .certain, text: "a non-empty Access Key (AKID) must be provided",
      "The credential has no access key ID: it was empty when the request was signed."),
  ]

  // MARK: Dates

  private static let dates: [ServiceError] = [
    .init(.clock, .certain, code: ["RequestTimeTooSkewed"],
      "The sender's clock is wrong, or the request waited after it was signed. Set the clock by NTP, and sign right before sending."),
    .init(.clock, .certain, text: "difference between the request time and the",
      "The sender's clock is wrong, or the request waited after it was signed. Set the clock by NTP, and sign right before sending."),
    .init(.expired, .certain, text: "Signature expired", if: \.isPresigned,
      "The presigned request has expired: it outlived its X-Amz-Expires, or the longest time that the service accepts. Presign it again."),
    .init(.clock, .certain, text: "Signature expired",
      "The sender's clock is slow, or the request waited after it was signed. Set the clock by NTP, and sign right before sending."),
    .init(.clock, .certain, text: "Signature not yet current",
      "The sender's clock is fast. Set it by NTP."),
    .init(.clock, .certain, code: ["RequestInTheFuture"],
      "The sender's clock is fast. Set it by NTP."),
    .init(.clock, .certain, text: "Request is not yet valid",
      "The sender's clock is fast. Set it by NTP."),
    .init(.clock, .certain, code: ["RequestExpired"], if: { !$0.isPresigned },
      "The request's date is too far from the service's clock: the sender's clock is wrong, or the request waited after it was signed. Set the clock by NTP, and sign right before sending."),
    .init(.expired, .certain, code: ["RequestExpired"],
      "The presigned request has outlived its X-Amz-Expires, or the credentials that signed it. Presign it again."),
    .init(.expired, .certain, text: "Request has expired", if: \.isPresigned,
      "The presigned request has outlived its X-Amz-Expires, or the credentials that signed it. Presign it again."),
    .init(.expired, .likely, text: "Request has expired",
      "The request has expired. A presigned one has outlived its X-Amz-Expires, or the credentials that signed it. For any other, the sender's clock is wrong, or the request waited before it was sent."),
    .init(.expired, .certain, text: "Policy expired",
      "The policy of the form has expired. Sign a new one."),
    .init(.date, .certain, text: "requires a valid Date or x-amz-date header",
      "The request has no date, or one in the wrong form. Add X-Amz-Date, such as 20150830T123600Z, before signing."),
    .init(.date, .certain, text: "Date must be in ISO-8601",
      "The date has the wrong form. Send X-Amz-Date as 20150830T123600Z."),
    .init(.date, .certain, text: "X-Amz-Date must be",
      "The date has the wrong form. Send X-Amz-Date as 20150830T123600Z."),
    .init(.malformedSignature, .certain, text: "X-Amz-Expires must be",
      "X-Amz-Expires must be a number of seconds from 1 to 604800, which is a week."),
  ]

  // MARK: Payload

  private static let payloads: [ServiceError] = [
    .init(.payload, .certain, code: ["XAmzContentSHA256Mismatch"],
      "The body that arrived isn't the one whose hash is in x-amz-content-sha256. Hash the bytes that are sent, after compression and encoding."),
    .init(.payload, .certain, text: "x-amz-content-sha256' header does not match",
      "The body that arrived isn't the one whose hash is in x-amz-content-sha256. Hash the bytes that are sent, after compression and encoding."),
    .init(.payload, .certain, code: ["BadDigest"],
      "The body that arrived isn't the one whose checksum was sent. Compute the checksum of the bytes that are sent."),
    .init(.payloadSigned, .certain, text: "Signed payloads are not supported",
      "The payload is hashed for signing. VPC Lattice requires x-amz-content-sha256 with the value UNSIGNED-PAYLOAD instead."),
    .init(.contentHashHeader, .certain, text: "Missing the 'x-amz-content-sha256' in canonical headers",
      "x-amz-content-sha256 isn't signed. Set it before signing, for VPC Lattice to UNSIGNED-PAYLOAD, so that SignedHeaders lists it."),
    .init(.contentHashHeader, .certain, text: "Missing required header for this request: x-amz-content-sha256",
      "The request has no x-amz-content-sha256. Set it before signing to the SHA-256 of the body, or to UNSIGNED-PAYLOAD."),
    .init(.contentHashHeader, .certain, text: "x-amz-content-sha256 must be", if: { $0.header("x-amz-content-sha256") != nil },
      "The value of x-amz-content-sha256 is wrong. It must be the SHA-256 of the body in lower-case hex, or a word that the answer lists, such as UNSIGNED-PAYLOAD."),
    .init(.contentHashHeader, .certain, text: "x-amz-content-sha256 must be",
      "The request has no x-amz-content-sha256. Set it before signing to the SHA-256 of the body, or to UNSIGNED-PAYLOAD."),
    .init(.contentHashHeader, .likely, text: "x-amz-content-sha256",
      "x-amz-content-sha256 is missing, isn't signed, or has an invalid value. Set it before signing, so that SignedHeaders lists it."),
  ]

  // MARK: Signed headers

  private static let headers: [ServiceError] = [
    .init(.sessionToken, .certain, text: "'x-amz-security-token' is named as a SignedHeader",
      "The session token is listed as signed, but the request has none, or an empty one. Send the token of the credentials, or sign without one."),
    .init(.contentHashHeader, .certain, text: "'x-amz-content-sha256' is named as a SignedHeader",
      "x-amz-content-sha256 is listed as signed, but it isn't in the request. Set it before signing, and send it."),
    .init(.missingHeader, .certain, text: "'…' is named as a SignedHeader",
      "The header {1|that the answer names} is listed as signed, but it isn't in the request. A proxy or the HTTP client removed it."),
    .init(.unsignedHeader, .certain, text: "headers present in the request which were not signed",
      "A header that must be signed isn't. Sign Host and every X-Amz- header, and add none after signing."),
    .init(.unsignedHeader, .certain, text: "must be a 'SignedHeader'",
      "Host isn't signed. Add host to SignedHeaders, and sign it."),
  ]

  // MARK: Form of the signature

  private static let forms: [ServiceError] = [
    .init(.notSigned, .certain, text: "key=value pair", if: \.hasOtherScheme,
      "The service read Authorization as an AWS signature, but it carries something else, such as a Bearer token or a password. The route requires IAM authorization, or the host has no such method and path."),
    .init(.notSigned, .certain, text: "Authorization header requires '…' parameter", if: \.hasOtherScheme,
      "The service read Authorization as an AWS signature, but it carries something else, such as a Bearer token or a password. The route requires IAM authorization, or the host has no such method and path."),
    .init(.malformedSignature, .likely, text: "key=value pair",
      "Authorization isn't a complete signature: it must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=…. If it carries a Bearer or Basic token, the route requires IAM authorization, or the host has no such method and path."),
    .init(.malformedSignature, .likely, text: "Authorization header requires '…' parameter",
      "Authorization isn't a complete signature: it must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=…. If it carries a Bearer or Basic token, the route requires IAM authorization, or the host has no such method and path."),
    .init(.date, .certain, text: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header",
      "The request has no date. Add X-Amz-Date, such as 20150830T123600Z, before signing."),
    .init(.malformedSignature, .certain, text: "AWS query-string parameters must include '…'",
      "The presigned URL has no {1|parameter that the answer names}. Check whether its query was cut off or escaped."),
    .init(.malformedSignature, .certain, text: "Query-string authentication version 4 requires the",
      "The presigned URL isn't complete. Check whether its query was cut off or escaped."),
    .init(.malformedSignature, .likely, text: "the authorization header is malformed",
      "Authorization isn't a complete signature: it must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=…."),
    .init(.malformedSignature, .likely, text: "Error parsing the X-Amz-Credential parameter",
      "The credential must look like ACCESS-KEY-ID/20150830/us-west-2/service/aws4_request; in a query, each slash is %2F."),
    .init(.malformedSignature, .likely, code: ["AuthorizationHeaderMalformed"],
      "Authorization isn't a complete signature: it must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=…."),
    .init(.malformedSignature, .likely, code: ["AuthorizationQueryParametersError"],
      "The parameters of the presigned URL aren't complete. Check whether its query was cut off or escaped."),
    .init(.malformedSignature, .likely, code: ["IncompleteSignature", "IncompleteSignatureException"],
      "Authorization isn't a complete signature: it must look like ALGORITHM Credential=…, SignedHeaders=…, Signature=…."),
  ]

  // MARK: Policies

  private static let policies: [ServiceError] = [
    .init(.notAllowed, .certain, text: "User is not authorized to access this resource",
      "The API's Lambda authorizer denies the request; it decides without IAM and without the signature."),
    .init(.notAllowed, .certain, text: "with an explicit deny in an …policy",
      "The signature is right. An explicit deny in the {1}policy rejects the request."),
    .init(.notAllowed, .certain, text: "with an explicit deny in a …policy",
      "The signature is right. An explicit deny in the {1}policy rejects the request."),
    .init(.notAllowed, .certain, text: "with an explicit deny",
      "The signature is right. An explicit deny in a policy rejects the request."),
    .init(.notAllowed, .certain, text: "is not authorized to perform: vpc-lattice-svcs",
      "The signature is right. No policy allows the request: VPC Lattice requires that both the auth policy and the caller's own policy allow it."),
    .init(.notAllowed, .certain, text: "Not authorized to perform sts:",
      "STS returns no credentials for the role: its trust policy doesn't allow the caller or the web identity."),
    .init(.notAllowed, .certain, text: "is not authorized to perform: … because no …policy allows",
      "The signature is right. No {2}policy allows {1|the request}."),
    .init(.notAllowed, .certain, text: "is not authorized to perform",
      "The signature is right. No policy allows the request: check the caller's own policy and the resource's."),
    .init(.notAllowed, .certain, text: "User: arn:… is not authorized to access",
      "The signature is right. No policy allows the request: check the caller's own policy and the resource's."),
    .init(.notAllowed, .certain, code: ["UnauthorizedOperation"],
      "The signature is right. No policy of the caller allows the operation."),
    .init(.notAllowed, .certain, text: "no permissions for [", if: \.isSigned,
      "The signature is right. OpenSearch's fine-grained access control gives the caller no permission: map the IAM role or user to an OpenSearch role that has it."),
    .init(.notAllowed, .likely, text: "authentication/authorization failure",
      "OpenSearch denies the request: its access policy, its fine-grained access control or, for a serverless collection, its data access policy must allow the caller."),
    .init(.notAllowed, .certain, text: "have access to the model with the specified model ID",
      "The signature is right. The account has no access to the model: request it in Amazon Bedrock, in this region."),
    .init(.notAllowed, .likely, text: "For troubleshooting Function URL authorization issues", if: \.isSigned,
      "The Lambda function URL denies the request. The caller's policy or the function's must allow lambda:InvokeFunctionUrl and lambda:InvokeFunction."),
    .init(.notSigned, .likely, text: "For troubleshooting Function URL authorization issues",
      "The Lambda function URL requires a signature (AWS_IAM), or the function's policy doesn't allow everybody to call lambda:InvokeFunctionUrl and lambda:InvokeFunction."),
    .init(.notAllowed, .likely, message: "Forbidden", host: "lambda-url", if: \.isSigned,
      "The Lambda function URL denies the request. The caller's policy or the function's must allow lambda:InvokeFunctionUrl and lambda:InvokeFunction."),
    .init(.notSigned, .likely, message: "Forbidden", host: "lambda-url",
      "The Lambda function URL requires a signature (AWS_IAM), or the function's policy doesn't allow everybody to call lambda:InvokeFunctionUrl and lambda:InvokeFunction."),
    .init(.notAllowed, .likely, code: ["ForbiddenException"], host: "iot",
      "AWS IoT denies the request: no policy allows it, or it is signed for another service than iotdata (MQTT over WebSocket: iotdevicegateway)."),
    .init(.notAllowed, .likely, message: "Forbidden", host: "iot",
      "AWS IoT denies the request: no policy allows it, or it is signed for another service than iotdata (MQTT over WebSocket: iotdevicegateway)."),
    .init(.notAllowed, .likely, text: "Forbidden", host: "aoss",
      "OpenSearch Serverless denies the request: the collection's data access policy and network policy must allow the caller."),
    .init(.notAllowed, .likely, message: "Forbidden",
      "API Gateway rejects the request before it reads an IAM policy. The host has no such API or stage, the API key is missing, or a resource policy or a firewall (WAF) denies it."),
    .init(.notAllowed, .likely, message: "Unauthorized",
      "The API's authorizer rejects the request: its token is missing or invalid. API Gateway says so for Cognito and Lambda authorizers, not for IAM."),
    .init(.notAllowed, .likely, code: ["AccessDenied"], message: "Access Denied", if: \.isSigned,
      "The signature is right, unless something on the way removed it. No policy allows the request, or one denies it: check the caller's own policy, the bucket's, and that of the bucket's KMS key."),
    .init(.notAllowed, .likely, code: ["AccessDenied", "AccessDeniedException", "AccessDeniedFault"], if: \.isSigned,
      "The service denies access, and its message says why. If it names no other cause: the signature is right, and no policy allows the request."),
  ]

  // MARK: Other reasons

  private static let others: [ServiceError] = [
    .init(.otherReason, .certain, code: ["OptInRequired", "SubscriptionRequiredException", "NotSignedUp"],
      "The account isn't signed up for the service, or the region isn't enabled for it."),
    .init(.otherReason, .certain, code: ["RegionDisabledException"],
      "STS isn't activated in this region for the account. Activate it, or use the endpoint of another region."),
    .init(.otherReason, .certain, code: ["AccountProblem", "AllAccessDisabled", "InvalidPayer", "Blocked", "PendingVerification"],
      "There is a problem with the AWS account. Contact AWS Support."),
    .init(.otherReason, .certain, code: ["Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "SlowDown",
      "RequestLimitExceeded", "ProvisionedThroughputExceededException", "ServiceUnavailable", "ServiceUnavailableException"],
      "The service is overloaded or throttles the caller. Retry later, with a new signature."),
    .init(.otherReason, .certain, code: ["InternalFailure", "InternalError", "InternalServerError"],
      "The service failed. Retry later, with a new signature."),
    .init(.otherReason, .certain, code: ["NoSuchBucket", "NoSuchKey", "NoSuchUpload", "NoSuchVersion", "ResourceNotFoundException",
      "ResourceNotFound", "MethodNotAllowed", "UnknownOperationException", "InvalidAction"],
      "The service doesn't reject the signature: the resource or the operation doesn't exist."),
    .init(.otherReason, .certain, code: ["ValidationException", "ValidationError", "SerializationException", "MalformedXML"],
      "The service doesn't reject the signature: it can't read the request's parameters or body."),
    .init(.otherReason, .certain, code: ["BadRequest", "IncompleteBody", "InvalidURI", "MalformedHttpRequestException", "MalformedQueryString",
      "RequestEntityTooLargeException", "RequestHeaderSectionTooLarge"],
      "The service can't read the request: its URL, its headers or its body is malformed, incomplete or too large."),
    .init(.otherReason, .certain, code: ["RequestTimeout"],
      "The body didn't arrive in time: it is shorter than its Content-Length, or the connection stalled."),
    .init(.otherReason, .certain, text: "Generated by cloudfront",
      "CloudFront answered, not the service: a firewall (WAF), the distribution's settings or its origin reject the request."),
    .init(.otherReason, .likely, text: "awselb/",
      "A load balancer answered, not the service: one of its rules or a firewall (WAF) rejects the request."),
  ]
}
