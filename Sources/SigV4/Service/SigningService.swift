/// A service's signing name, and the rules by which it checks signatures.
///
/// The general rules hold for every service but a few: the path is normalized and encoded twice, the payload is hashed,
/// no content hash header is sent, and the session token is signed.
public struct SigningService: Sendable, Hashable {
  /// The signing name, which can differ from the first label of the host name.
  public var name: String
  /// The last line of a canonical request.
  public var payload: SigningService.PayloadRule = .signed
  /// Whether the payload hash is sent in `x-amz-content-sha256` too.
  public var contentHashHeader: SigningService.ContentHashHeader = .omitted
  /// How often the path is percent-encoded in a canonical request.
  public var pathEncoding: SigningService.PathEncoding = .twice
  /// Whether dot segments and repeated slashes are removed from the path.
  public var pathNormalization: SigningService.PathNormalization = .normalized
  /// Whether the session token is covered by the signature.
  public var sessionToken: SigningService.SessionTokenRule = .signed

  /// A service with the general rules.
  public init(_ name: String) {
    // rule: general-rules
    self.name = name
  }

  /// Amazon VPC Lattice, `vpc-lattice-svcs`: the payload is never signed, and `x-amz-content-sha256: UNSIGNED-PAYLOAD`
  /// is sent and signed (VPC Lattice User Guide, "SIGv4 authenticated requests").
  public static let vpcLattice: SigningService = {
    var service = SigningService("vpc-lattice-svcs")
    // rule: lattice-payload-unsigned
    service.payload = .unsigned
    // rule: lattice-presigned
    service.contentHashHeader = .sent
    return service
  }()

  /// Amazon S3, `s3`: the path is a key, encoded once and kept as it is, and `x-amz-content-sha256` is sent
  /// (S3 API Reference, "Authenticating Requests: Using the Authorization Header").
  public static let s3: SigningService = s3Rules(named: "s3")

  /// Amazon API Gateway, `execute-api`, with the general rules.
  public static let executeAPI = SigningService("execute-api")

  /// AWS Security Token Service, `sts`, with the general rules.
  public static let sts = SigningService("sts")

  /// The service called `name` with the rules that this library knows for it, otherwise with the general ones.
  public static func named(_ name: String) -> SigningService {
    switch name {
    case vpcLattice.name: vpcLattice
    case s3.name: s3
    case s3ObjectLambda.name: s3ObjectLambda
    case s3Outposts.name: s3Outposts
    case s3Express.name: s3Express
    case openSearchServerless.name: openSearchServerless
    case iotDeviceGateway.name: iotDeviceGateway
    default: SigningService(name)
    }
  }

  /// S3 Object Lambda, `s3-object-lambda`, with the rules of S3.
  public static let s3ObjectLambda: SigningService = s3Rules(named: "s3-object-lambda")  // rule: s3-object-lambda

  /// S3 on Outposts, `s3-outposts`, with the rules of S3 (Amazon S3 on Outposts User Guide).
  public static let s3Outposts: SigningService = s3Rules(named: "s3-outposts")  // rule: s3-outposts

  /// S3 Express One Zone, `s3express`: the rules of S3, but the token of a session is sent in `x-amz-s3session-token`
  /// (S3 User Guide, "Authorizing Zonal endpoint API operations with CreateSession").
  ///
  /// `CreateSession`, which returns a session, and requests to the Regional endpoints (`s3express-control`) are signed with
  /// a user's or a role's credentials, whose token is sent in `X-Amz-Security-Token`.
  public static let s3Express: SigningService = {
    var service = s3Rules(named: "s3express")
    // rule: s3express-session-token
    service.sessionToken = .signedAsS3Session
    return service
  }()

  /// Amazon OpenSearch Service, `es`, with the general rules.
  public static let openSearch = SigningService("es")

  /// Amazon OpenSearch Serverless, `aoss`: `x-amz-content-sha256` is sent
  /// (OpenSearch Service Developer Guide, "Signing HTTP requests" to serverless collections).
  public static let openSearchServerless: SigningService = {
    var service = SigningService("aoss")
    // rule: aoss-content-hash-header
    service.contentHashHeader = .sent
    return service
  }()

  /// MQTT over WebSocket with AWS IoT, `iotdevicegateway`: presign `GET /mqtt`, and connect to the host and that target.
  ///
  /// The session token is added to the signed request (AWS IoT Developer Guide, "Device communication protocols").
  public static let iotDeviceGateway: SigningService = {
    var service = SigningService("iotdevicegateway")
    // rule: iot-mqtt
    service.sessionToken = .addedAfterSigning
    return service
  }()

  /// Whether the rules are those of S3 and what is built on it.
  var isS3: Bool { payload == .unsignedWhenPresigned }

  private static func s3Rules(named name: String) -> SigningService {
    var service = SigningService(name)
    // rule: s3-presigned-unsigned
    service.payload = .unsignedWhenPresigned
    // rule: s3-content-hash-header
    service.contentHashHeader = .sentUnlessPresigned
    service.pathEncoding = .once
    service.pathNormalization = .preserved
    return service
  }
}

extension SigningService {
  /// The last line of a canonical request.
  public enum PayloadRule: Sendable, Hashable {
    /// The hash of the payload, or what the caller says instead.
    case signed
    /// Always `UNSIGNED-PAYLOAD`, whatever the caller says: VPC Lattice accepts nothing else.
    case unsigned
    /// The hash in signed headers; `UNSIGNED-PAYLOAD` in presigned requests, unless the caller says otherwise: S3.
    case unsignedWhenPresigned
  }
}

extension SigningService {
  /// Whether the payload hash is sent in a header of its own.
  public enum ContentHashHeader: Sendable, Hashable {
    /// `x-amz-content-sha256` is sent and signed, with presigned requests too: VPC Lattice.
    case sent
    /// It is sent and signed, but not with a presigned request, whose URL is all there is: S3.
    case sentUnlessPresigned
    /// No such header is added: other services don't read it.
    case omitted
  }
}

extension SigningService {
  /// How often the path is percent-encoded in a canonical request, counted from the bare path.
  public enum PathEncoding: Sendable, Hashable {
    /// Once, as it is sent: S3.
    case once
    /// Twice: the form that is sent is encoded once more: every other service.
    case twice
  }
}

extension SigningService {
  /// Whether the path is normalized in a canonical request.
  public enum PathNormalization: Sendable, Hashable {
    /// Dot segments and repeated slashes are removed: every service but S3.
    case normalized
    /// The path stays as it is, since `a//b` and `a/./b` are keys of their own: S3.
    case preserved
  }
}

extension SigningService {
  /// Whether the session token is covered by the signature.
  public enum SessionTokenRule: Sendable, Hashable {
    /// The token is added first, and signed: every service but AWS IoT.
    case signed
    /// The token is added to the signed request: AWS IoT's MQTT over WebSocket.
    case addedAfterSigning
    /// The token of a session is signed, and sent as `x-amz-s3session-token`: S3 Express One Zone, except for
    /// `CreateSession` and the Regional endpoints, where the rule is `signed`.
    case signedAsS3Session
  }
}

/// How a string to sign is signed.
public enum SigningAlgorithm: String, Sendable, Hashable {
  /// SigV4: HMAC with a key derived for one day, region and service.
  case sigV4 = "AWS4-HMAC-SHA256"
  /// SigV4a: ECDSA over P-256, valid in every region of a set.
  case sigV4a = "AWS4-ECDSA-P256-SHA256"
}
