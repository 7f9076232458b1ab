/// A service's signing name, and the rules by which it checks signatures.
///
/// The name alone is enough: ``init(_:)`` knows the services whose rules differ from the general ones. Under the general rules
/// the path is normalized and encoded twice, the payload is hashed, and the session token is signed. No content hash header is
/// sent.
///
/// ```swift
/// let signer = Signer(service: "execute-api", region: "eu-central-1")
/// let service = SigningService(
///   customRulesFor: "acme", payload: .signed, contentHashHeader: .sent, pathEncoding: .once, pathNormalization: .preserved,
///   sessionToken: .signed)
/// ```
public struct SigningService: Sendable, Hashable {
  /// The signing name, which can differ from the first label of the host name.
  public let name: String
  /// The last line of a canonical request.
  public let payload: SigningService.PayloadRule
  /// Whether the payload hash is sent in `x-amz-content-sha256` too.
  public let contentHashHeader: SigningService.ContentHashHeader
  /// The number of times that the path is percent-encoded in a canonical request.
  public let pathEncoding: SigningService.PathEncoding
  /// Whether dot segments and repeated slashes are removed from the path.
  public let pathNormalization: SigningService.PathNormalization
  /// Whether the session token is covered by the signature.
  public let sessionToken: SigningService.SessionTokenRule

  /// Creates the service with this signing name, and with its rules.
  ///
  /// - Parameter name: The signing name, such as `vpc-lattice-svcs`; letter case matters. `s3` has the rules of S3. A name that
  ///   this library doesn't know, even a misspelled one, has the general rules.
  public init(_ name: String) {
    switch name {
    // rule: lattice-payload-unsigned, lattice-presigned
    case "vpc-lattice-svcs": self.init(customRulesFor: name, payload: .unsigned, contentHashHeader: .sent)
    // rule: s3-object-lambda, s3-outposts
    case "s3", "s3-object-lambda", "s3-outposts": self.init(s3RulesFor: name)
    // rule: s3express-session-token
    case "s3express": self.init(s3RulesFor: name, sessionToken: .signedAsS3Session)
    // rule: aoss-content-hash-header
    case "aoss": self.init(customRulesFor: name, contentHashHeader: .sent)
    // rule: iot-mqtt
    case "iotdevicegateway": self.init(customRulesFor: name, sessionToken: .addedAfterSigning)
    // rule: general-rules
    default: self.init(customRulesFor: name)
    }
  }

  /// Creates a service with custom rules, independent of its name.
  ///
  /// Use it for services outside AWS that verify AWS signatures. A rule that isn't given defaults to the general one.
  ///
  /// - Parameters:
  ///   - name: The signing name.
  ///   - payload: The last line of a canonical request.
  ///   - contentHashHeader: Whether the payload hash is sent in `x-amz-content-sha256` too.
  ///   - pathEncoding: The number of times that the path is percent-encoded in a canonical request.
  ///   - pathNormalization: Whether dot segments and repeated slashes are removed from the path.
  ///   - sessionToken: Whether the session token is covered by the signature.
  public init(
    customRulesFor name: String, payload: SigningService.PayloadRule = .signed,
    contentHashHeader: SigningService.ContentHashHeader = .omitted,
    pathEncoding: SigningService.PathEncoding = .twice,
    pathNormalization: SigningService.PathNormalization = .normalized,
    sessionToken: SigningService.SessionTokenRule = .signed
  ) {
    self.name = name
    self.payload = payload
    self.contentHashHeader = contentHashHeader
    self.pathEncoding = pathEncoding
    self.pathNormalization = pathNormalization
    self.sessionToken = sessionToken
  }

  /// A service that is built on S3.
  private init(s3RulesFor name: String, sessionToken: SigningService.SessionTokenRule = .signed) {
    // rule: s3-presigned-unsigned, s3-content-hash-header
    self.init(
      customRulesFor: name, payload: .unsignedWhenPresigned, contentHashHeader: .sentUnlessPresigned,
      pathEncoding: .once, pathNormalization: .preserved, sessionToken: sessionToken)
  }

  /// Whether the rules are those of S3 and services that are built on it.
  var isS3: Bool { payload == .unsignedWhenPresigned }
}

extension SigningService: ExpressibleByStringLiteral {
  /// Creates the service with this signing name, as ``init(_:)`` does.
  public init(stringLiteral name: String) {
    self.init(name)
  }
}

extension SigningService {
  /// Amazon VPC Lattice, `vpc-lattice-svcs`: the payload is never signed.
  ///
  /// `x-amz-content-sha256: UNSIGNED-PAYLOAD` is sent and signed (VPC Lattice User Guide, "SIGv4 authenticated requests").
  public static let vpcLattice: SigningService = "vpc-lattice-svcs"

  /// Amazon S3, `s3`: the path is a key, encoded once and otherwise unchanged.
  ///
  /// `x-amz-content-sha256` is sent (S3 API Reference, "Authenticating Requests: Using the Authorization Header").
  public static let s3: SigningService = "s3"

  /// S3 Object Lambda, `s3-object-lambda`, with the rules of S3.
  public static let s3ObjectLambda: SigningService = "s3-object-lambda"

  /// S3 on Outposts, `s3-outposts`, with the rules of S3 (Amazon S3 on Outposts User Guide).
  public static let s3Outposts: SigningService = "s3-outposts"

  /// S3 Express One Zone, `s3express`: the rules of S3, but the token of a session is sent in `x-amz-s3session-token`.
  ///
  /// `CreateSession`, which returns a session, is signed with a user's or a role's credentials. So are requests to the Regional
  /// endpoints (`s3express-control`). Their token is sent in `X-Amz-Security-Token` (S3 User Guide, "Authorizing Zonal endpoint
  /// API operations with CreateSession").
  public static let s3Express: SigningService = "s3express"

  /// Amazon API Gateway, `execute-api`, with the general rules.
  public static let executeAPI: SigningService = "execute-api"

  /// AWS Security Token Service, `sts`, with the general rules.
  public static let sts: SigningService = "sts"

  /// Amazon OpenSearch Service, `es`, with the general rules.
  public static let openSearch: SigningService = "es"

  /// Amazon OpenSearch Serverless, `aoss`: `x-amz-content-sha256` is sent.
  ///
  /// OpenSearch Service Developer Guide, "Signing HTTP requests" to serverless collections.
  public static let openSearchServerless: SigningService = "aoss"

  /// MQTT over WebSocket with AWS IoT, `iotdevicegateway`: presign `GET /mqtt`, and connect to the host and that target.
  ///
  /// The session token is added to the signed request (AWS IoT Developer Guide, "Device communication protocols").
  public static let iotDeviceGateway: SigningService = "iotdevicegateway"
}

extension SigningService {
  /// The last line of a canonical request.
  public enum PayloadRule: Sendable, Hashable {
    /// The hash of the payload, or the text that the caller passes instead.
    case signed
    /// Always `UNSIGNED-PAYLOAD`, for any payload: VPC Lattice accepts nothing else.
    case unsigned
    /// The hash in signed headers; `UNSIGNED-PAYLOAD` in presigned requests, unless the caller says otherwise: S3.
    case unsignedWhenPresigned
  }
}

extension SigningService {
  /// Whether the payload hash is sent in its own header.
  public enum ContentHashHeader: Sendable, Hashable {
    /// `x-amz-content-sha256` is sent and signed, with presigned requests too: VPC Lattice.
    case sent
    /// It is sent and signed, except with a presigned request, which is often only a URL: S3.
    case sentUnlessPresigned
    /// No such header is added: other services don't read it.
    case omitted
  }
}

extension SigningService {
  /// The number of times that the path is percent-encoded in a canonical request, counted from the unencoded path.
  public enum PathEncoding: Sendable, Hashable {
    /// Once, as it is sent: S3.
    case once
    /// Twice, because the form that is sent is encoded once more: every other service.
    case twice
  }
}

extension SigningService {
  /// Whether the path is normalized in a canonical request.
  public enum PathNormalization: Sendable, Hashable {
    /// Dot segments and repeated slashes are removed: every service except S3.
    case normalized
    /// The path is unchanged, because `a//b` and `a/./b` are different keys: S3.
    case preserved
  }
}

extension SigningService {
  /// Whether the session token is covered by the signature.
  public enum SessionTokenRule: Sendable, Hashable {
    /// The token is added first, and signed: every service except AWS IoT.
    case signed
    /// The token is added to the signed request: AWS IoT's MQTT over WebSocket.
    case addedAfterSigning
    /// The token of a session is signed, and sent as `x-amz-s3session-token`: S3 Express One Zone. For `CreateSession` and the
    /// Regional endpoints, the rule is `signed`.
    case signedAsS3Session
  }
}

/// How a string to sign is signed.
///
/// ```swift
/// let signer = Signer(service: .s3, region: .set(["*"]))
/// print(signer.algorithm == SigningAlgorithm.sigV4a)  // true
/// ```
public enum SigningAlgorithm: String, Sendable, Hashable {
  /// SigV4: HMAC with a key derived for one day, region and service.
  case sigV4 = "AWS4-HMAC-SHA256"
  /// SigV4a: ECDSA over P-256, valid in every region of a set.
  case sigV4a = "AWS4-ECDSA-P256-SHA256"
}
