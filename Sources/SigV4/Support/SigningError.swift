#if canImport(FoundationEssentials)
  public import protocol FoundationEssentials.LocalizedError
#else
  public import protocol Foundation.LocalizedError
#endif

/// The error of a request that can't be signed.
///
/// It is thrown before anything is hashed, unless the crypto library fails.
///
/// ```swift
/// do {
///   try await signer.sign(&request, with: .default)
/// } catch let error as SigningError where error.code == .missingRegion {
///   print(error.message)
/// }
/// ```
public struct SigningError: Error, Hashable {
  /// The kind of problem, for code to act on.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The name of the code.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The method is empty or isn't a token (RFC 9110, 5.6.2).
    public static let invalidMethod = Code("invalidMethod")
    /// The request target doesn't start with `/`, or contains CR, LF or NUL.
    public static let invalidTarget = Code("invalidTarget")
    /// The name of a header isn't a token, or its value contains NUL or a line break that isn't a fold.
    public static let invalidHeader = Code("invalidHeader")
    /// The `Host` header is missing or empty, or there are several.
    public static let missingHost = Code("missingHost")
    /// The access key ID or secret is empty, or one of them or the session token contains an invalid character.
    public static let invalidCredentials = Code("invalidCredentials")
    /// The region is empty, or contains a character that a credential scope can't contain.
    public static let invalidRegion = Code("invalidRegion")
    /// The region is missing, and the host name contains none.
    public static let missingRegion = Code("missingRegion")
    /// The signing name is empty, or contains a character that a credential scope can't contain.
    public static let invalidService = Code("invalidService")
    /// The payload hash is empty, or contains white space or control characters.
    public static let invalidPayloadHash = Code("invalidPayloadHash")
    /// The payload wasn't passed, and isn't a part of the request.
    public static let missingPayload = Code("missingPayload")
    /// The payload is a stream; the caller must pass its hash.
    public static let unreadablePayload = Code("unreadablePayload")
    /// The time of signing is outside of the years 1 to 9999.
    public static let invalidDate = Code("invalidDate")
    /// The lifetime of a presigned request is outside of 1 to 604,800 seconds.
    public static let invalidExpiry = Code("invalidExpiry")
    /// A streamed payload can't be signed because of its length, chunk size, trailers or service, or it differs from the
    /// announced length or trailers.
    public static let invalidStream = Code("invalidStream")
    /// The HTTP client would change, drop or reject a part of the request after signing.
    public static let changedByClient = Code("changedByClient")
    /// A request has to be sent again, but its payload can be sent only once.
    public static let unrepeatablePayload = Code("unrepeatablePayload")
    /// The crypto library failed, for example because it has no memory or no provider for SHA-256.
    public static let cryptoFailure = Code("cryptoFailure")
  }

  /// The kind of problem.
  public let code: Code
  /// The problem, its place and its solution, without secrets.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension SigningError: CustomStringConvertible, LocalizedError {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
  /// The message, which `localizedDescription` returns.
  public var errorDescription: String? { message }
}

extension SigningError {
  /// The error for a body that an adapter can't read without consuming it.
  static let payloadIsStream = SigningError(
    .unreadablePayload, "The body is a stream, which can't be read twice. Pass its hash as `payload`.")
  /// The error for a payload that wasn't passed and isn't a part of the request.
  static let missingPayload = SigningError(
    .missingPayload,
    "The payload is missing, and this type of request contains none. Pass `payload`: .empty for a request without a body,"
      + " .bytes(…) or .hash(…) for one with a body, or .unsigned, which S3 accepts over TLS.")
  /// The error for a URL without a host.
  static let urlWithoutHost = SigningError(
    .missingHost, "The URL has no host. Use a URL such as https://host/path.")

  /// The error for a part that an HTTP client doesn't send as it was signed.
  static func changedByClient(_ message: String) -> SigningError { SigningError(.changedByClient, message) }
  /// The error for a header value that HTTP clients send in different encodings.
  static func headerOutsideASCII(_ name: String) -> SigningError {
    .changedByClient(
      "HTTP clients send the characters outside ASCII in header \(name) in different encodings. Encode them in ASCII.")
  }
}
