extension Mismatch {
  /// A cause of a rejected request.
  public struct Cause: Sendable, Hashable, CustomStringConvertible {
    /// The cause's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The service saw no signature.
    public static let notSigned = Cause("notSigned")
    /// The request carries two kinds of authentication, such as a signature in its query and an `Authorization` header.
    public static let twoSignatures = Cause("twoSignatures")
    /// The request is signed with another version of AWS's signatures than the service accepts, such as version 2.
    public static let signatureVersion = Cause("signatureVersion")
    /// The host has no such method and path.
    public static let route = Cause("route")
    /// The signature is right, and a policy denies the request.
    public static let notAllowed = Cause("notAllowed")
    /// The form of the signature is wrong.
    public static let malformedSignature = Cause("malformedSignature")
    /// The request target contains the escapes of JSON or HTML: `\u0026` or `&amp;` instead of `&`.
    public static let escapedTarget = Cause("escapedTarget")
    /// The request has no date, or a date in the wrong form.
    public static let date = Cause("date")
    /// The request's date is too far from the service's clock.
    public static let clock = Cause("clock")
    /// A presigned request, or the policy of a form, has expired.
    public static let expired = Cause("expired")
    /// The credential scope or the signing key is for another region.
    public static let region = Cause("region")
    /// The credential scope or the signing key is for another service.
    public static let service = Cause("service")
    /// The credential scope or the signing key is for another day than the request's date.
    public static let day = Cause("day")
    /// `x-amz-content-sha256` is missing, isn't signed, or has an invalid value.
    public static let contentHashHeader = Cause("contentHashHeader")
    /// A header that must be signed isn't signed.
    public static let unsignedHeader = Cause("unsignedHeader")
    /// A header that is listed as signed isn't in the request.
    public static let missingHeader = Cause("missingHeader")
    /// The session token is missing, expired, or belongs to another key.
    public static let sessionToken = Cause("sessionToken")
    /// The service doesn't know the access key ID, or the request is signed with another one.
    public static let accessKeyID = Cause("accessKeyID")
    /// The service can't validate the credentials, and doesn't say whether key, secret or clock is wrong.
    public static let credentials = Cause("credentials")
    /// The secret has white space or quotes around it.
    public static let secretWhiteSpace = Cause("secretWhiteSpace")
    /// The request is signed with another secret.
    public static let secret = Cause("secret")
    /// The signing key is derived in another way.
    public static let keyDerivation = Cause("keyDerivation")
    /// The method changed, or is signed in another letter case.
    public static let method = Cause("method")
    /// The path is encoded once instead of twice, or twice instead of once.
    public static let pathEncoding = Cause("pathEncoding")
    /// The path is normalized although the service keeps it, or kept although the service normalizes it.
    public static let pathNormalization = Cause("pathNormalization")
    /// The path changed on the way.
    public static let path = Cause("path")
    /// The query is sorted or encoded in another way.
    public static let queryEncoding = Cause("queryEncoding")
    /// The query changed on the way.
    public static let query = Cause("query")
    /// `Host` is signed with a port and sent without, or signed without and sent with.
    public static let hostPort = Cause("hostPort")
    /// `Host` changed on the way.
    public static let host = Cause("host")
    /// A signed header changed, appeared or disappeared on the way.
    public static let header = Cause("header")
    /// A header's value is signed with white space that canonicalization removes.
    public static let headerWhiteSpace = Cause("headerWhiteSpace")
    /// The payload is hashed, but the service requires `UNSIGNED-PAYLOAD`.
    public static let payloadSigned = Cause("payloadSigned")
    /// The payload is `UNSIGNED-PAYLOAD`, but the service requires its hash.
    public static let payloadUnsigned = Cause("payloadUnsigned")
    /// The body isn't the one that was hashed.
    public static let payload = Cause("payload")
    /// The canonical request is built in another way.
    public static let canonicalForm = Cause("canonicalForm")
    /// The signature is right for the given credentials: something else is wrong.
    public static let signatureIsRight = Cause("signatureIsRight")
    /// The service rejects the request for a reason that has nothing to do with its signature.
    public static let otherReason = Cause("otherReason")
    /// The cause can't be told.
    public static let unknown = Cause("unknown")
  }
}
