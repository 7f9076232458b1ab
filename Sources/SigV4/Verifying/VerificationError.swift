#if canImport(FoundationEssentials)
  public import protocol FoundationEssentials.LocalizedError
#else
  public import protocol Foundation.LocalizedError
#endif

/// The error of a request that can't be verified, from the first check that fails.
///
/// An unknown access key ID and a wrong signature have the same code, ``Code/wrongSignature``, so that an answer doesn't reveal
/// which IDs exist.
///
/// ```swift
/// do {
///   _ = try await verifier.verify(request, payload: .bytes(body)) { accessKeyID in keys[accessKeyID] }
/// } catch let error as VerificationError where error.code != .verifierFailure {
///   let response = error.response(for: verifier.service)
///   print(response.status, response.body)
/// }
/// ```
public struct VerificationError: Error, Hashable {
  /// A kind of error, for code to act on; listed in the order of the checks.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The request has more headers, or longer ones, or a longer method or target than the verifier accepts.
    public static let tooLarge = Code("tooLarge")
    /// HTTP doesn't allow the request, whether or not it is signed: its method, its target, a header, or its body's length.
    public static let invalidRequest = Code("invalidRequest")
    /// The request target isn't in canonical form, and the verifier rejects such targets (``Verifier/NonCanonicalTargets``).
    public static let nonCanonicalTarget = Code("nonCanonicalTarget")
    /// The request carries no signature: its sender is anonymous.
    public static let missingSignature = Code("missingSignature")
    /// The request carries two signatures, or two values for a part of one.
    public static let ambiguousSignature = Code("ambiguousSignature")
    /// A part of the signature is absent or has the wrong form.
    public static let malformedSignature = Code("malformedSignature")
    /// The signature's algorithm isn't a ``SigningAlgorithm``.
    public static let unsupportedAlgorithm = Code("unsupportedAlgorithm")
    /// The credential scope is for another day, region or service, or doesn't end in `aws4_request`.
    public static let wrongScope = Code("wrongScope")
    /// A header that the signature lists isn't in the request.
    public static let missingHeader = Code("missingHeader")
    /// A header that must be signed isn't listed in the signature.
    public static let unsignedHeader = Code("unsignedHeader")
    /// The time of signing is further from the verifier's clock than the verifier allows.
    public static let skewedDate = Code("skewedDate")
    /// The lifetime of a presigned request has passed.
    public static let expired = Code("expired")
    /// The payload isn't the one whose hash was signed, or the service requires another kind of hash.
    public static let wrongPayload = Code("wrongPayload")
    /// The signature isn't the one that the owner of the access key makes, or the access key ID is unknown.
    public static let wrongSignature = Code("wrongSignature")
    /// The signature is right, but the session token is absent, or isn't the one that belongs to the key.
    public static let wrongSessionToken = Code("wrongSessionToken")
    /// The policy of a form doesn't allow a field of the form, or can't be read.
    public static let deniedByPolicy = Code("deniedByPolicy")
    /// A payload in chunks, or an event message, is malformed, or ended too early.
    public static let malformedChunk = Code("malformedChunk")
    /// The verifier's credentials are invalid, or its crypto library failed; the sender isn't at fault.
    public static let verifierFailure = Code("verifierFailure")
  }

  /// The kind of error.
  public let code: Code
  /// The error, its place and the remedy, in one or two sentences without secrets.
  ///
  /// From the request, it shows only names, times, the access key ID and the credential scope.
  public let message: String

  /// The cause that a diagnosis reports; `nil` if the code decides it.
  let cause: Cause?

  /// The causes of ``SignatureDiagnosis`` that follow from a failed check.
  enum Cause: String {
    case contentHashHeader, date, day, malformedSignature, payloadSigned, payloadUnsigned, region, service,
      sessionToken,
      twoSignatures
  }

  /// The values that AWS's wording of the error contains; `nil` if it contains none.
  let detail: Detail?

  /// Values of the request and of the verifier that AWS's wordings contain.
  enum Detail: Hashable {
    /// The region or the service in the credential scope, and the right one.
    case scope(signed: String, expected: String)
    /// The name of a header.
    case header(String)
    /// The time of signing, the verifier's clock, and the maximum difference.
    case time(signed: SigningDate, now: SigningDate, limitSeconds: Int)
  }

  init(_ code: Code, _ message: String, cause: Cause? = nil, detail: Detail? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
    self.detail = detail
  }

  /// Converts an error of signing: the sender's fault, unless the verifier's credentials or crypto library failed.
  init(_ error: SigningError) {
    let isOurs = error.code == .cryptoFailure || error.code == .invalidCredentials
    self.init(isOurs ? .verifierFailure : .invalidRequest, error.message)
  }
}

extension VerificationError: CustomStringConvertible, LocalizedError {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
  /// The message, which `localizedDescription` returns.
  public var errorDescription: String? { message }
}
