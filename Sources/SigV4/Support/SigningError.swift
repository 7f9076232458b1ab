/// Why a request can't be signed; thrown before anything is hashed, unless the crypto library itself fails.
public struct SigningError: Error, Hashable {
  /// What is wrong, for code to act upon.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The method is empty or holds something else than a token (RFC 9110, 5.6.2).
    public static let invalidMethod = Code("invalidMethod")
    /// The request target doesn't start with `/`, or holds CR, LF or NUL.
    public static let invalidTarget = Code("invalidTarget")
    /// A header's name isn't a token, or its value holds NUL or a line break that isn't a fold.
    public static let invalidHeader = Code("invalidHeader")
    /// There is no `Host` header, it is empty, or there are several.
    public static let missingHost = Code("missingHost")
    /// The access key id, secret or token is empty or holds what can't be signed with.
    public static let invalidCredentials = Code("invalidCredentials")
    /// The region is empty or holds what can't stand in a credential scope.
    public static let invalidRegion = Code("invalidRegion")
    /// No region was given, and the host names none.
    public static let missingRegion = Code("missingRegion")
    /// The service name is empty or holds what can't stand in a credential scope.
    public static let invalidService = Code("invalidService")
    /// The payload hash holds CR, LF, NUL or white space, or is empty.
    public static let invalidPayloadHash = Code("invalidPayloadHash")
    /// The payload is a stream whose hash the caller has to give.
    public static let unreadablePayload = Code("unreadablePayload")
    /// The time of signing lies outside of the years 1 to 9999.
    public static let invalidDate = Code("invalidDate")
    /// The lifetime of a presigned request lies outside of 1 to 604,800 seconds.
    public static let invalidExpiry = Code("invalidExpiry")
    /// A payload that is sent piece by piece can't be signed so, or isn't what was announced: its length, its chunk
    /// size, its trailers, or the service it goes to.
    public static let invalidStream = Code("invalidStream")
    /// The HTTP client would change, drop or reject a part of the request after signing.
    public static let changedByClient = Code("changedByClient")
    /// The crypto library refused a call, as it does without memory or without a provider for SHA-256.
    public static let cryptoFailure = Code("cryptoFailure")
  }

  /// What is wrong.
  public let code: Code
  /// What was wrong, where, and what to do: one sentence or two, without secrets.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension SigningError: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}

extension SigningError {
  /// What an adapter says of a body that it can't read without using it up.
  static let payloadIsStream = SigningError(
    .unreadablePayload, "The body is a stream, which can't be read twice; pass its hash as the payload.")
  /// What an adapter says of a URL that names no server.
  static let urlWithoutHost = SigningError(
    .missingHost, "The URL has no host; it should look like https://host/path.")

  /// The error for a part that an HTTP client doesn't send as it was signed.
  static func changedByClient(_ message: String) -> SigningError { SigningError(.changedByClient, message) }
  /// The error for a header value that HTTP clients send in different encodings.
  static func headerOutsideASCII(_ name: String) -> SigningError {
    .changedByClient(
      "HTTP clients send the characters outside ASCII in header \(name) in different encodings. Encode them in ASCII.")
  }
}
