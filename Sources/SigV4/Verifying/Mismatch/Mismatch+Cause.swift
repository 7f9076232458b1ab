extension Mismatch {
  /// A cause of a refused signature.
  public struct Cause: Sendable, Hashable, CustomStringConvertible {
    /// The cause's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The service saw no signature.
    public static let notSigned = Cause("notSigned")
    /// The signature is right, and a policy refuses its owner.
    public static let notAllowed = Cause("notAllowed")
    /// The signature's form is wrong.
    public static let malformedSignature = Cause("malformedSignature")
    /// The clocks of sender and service disagree.
    public static let clock = Cause("clock")
    /// A presigned request has outlived its lifetime.
    public static let expired = Cause("expired")
    /// The scope, or the key, is for another region.
    public static let region = Cause("region")
    /// The scope, or the key, is for another service.
    public static let service = Cause("service")
    /// The scope, or the key, is for another day than the request's date.
    public static let day = Cause("day")
    /// `x-amz-content-sha256` isn't there, or isn't signed.
    public static let contentHashHeader = Cause("contentHashHeader")
    /// A header that must be signed isn't.
    public static let unsignedHeader = Cause("unsignedHeader")
    /// A header that is listed as signed isn't in the request.
    public static let missingHeader = Cause("missingHeader")
    /// The session token is absent, expired, or of another key.
    public static let sessionToken = Cause("sessionToken")
    /// Nobody knows the access key id.
    public static let accessKeyID = Cause("accessKeyID")
    /// The secret has white space or quotes around it.
    public static let secretWhiteSpace = Cause("secretWhiteSpace")
    /// The secret is another.
    public static let secret = Cause("secret")
    /// The signing key was derived in another way.
    public static let keyDerivation = Cause("keyDerivation")
    /// The method was changed or signed in another letter case.
    public static let method = Cause("method")
    /// The path is encoded once where it should be twice, or the other way about.
    public static let pathEncoding = Cause("pathEncoding")
    /// The path is normalized where it should be kept, or the other way about.
    public static let pathNormalization = Cause("pathNormalization")
    /// The path was changed on the way.
    public static let path = Cause("path")
    /// The query is sorted or encoded in another way.
    public static let queryEncoding = Cause("queryEncoding")
    /// The query was changed on the way.
    public static let query = Cause("query")
    /// `Host` is signed with a port and sent without, or the other way about.
    public static let hostPort = Cause("hostPort")
    /// `Host` was changed on the way.
    public static let host = Cause("host")
    /// A signed header was changed, added or removed on the way.
    public static let header = Cause("header")
    /// A header's value is signed with white space that should be squeezed.
    public static let headerWhiteSpace = Cause("headerWhiteSpace")
    /// The payload is hashed where it should be `UNSIGNED-PAYLOAD`.
    public static let payloadSigned = Cause("payloadSigned")
    /// The payload is `UNSIGNED-PAYLOAD` where it should be hashed.
    public static let payloadUnsigned = Cause("payloadUnsigned")
    /// The body isn't the one that was hashed.
    public static let payload = Cause("payload")
    /// The canonical request is put together in another way.
    public static let canonicalForm = Cause("canonicalForm")
    /// The signature is right: something else is the matter.
    public static let signatureIsRight = Cause("signatureIsRight")
    /// None of the known causes.
    public static let unknown = Cause("unknown")
  }
}
