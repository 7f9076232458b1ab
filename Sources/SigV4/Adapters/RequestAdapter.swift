/// A type of HTTP requests that a ``Signer`` can sign and a ``Verifier`` can verify.
///
/// ``SignableRequest`` is one, and so are, with the package's traits, `URLRequest`, `HTTPRequest` and `HTTPClientRequest`. A
/// type of your own conforms in a few lines:
///
/// ```swift
/// struct Call: RequestAdapter {
///   var method = "GET"
///   var host: String
///   var target = "/"
///   var headers: [HeaderField] = []
///   var body: [UInt8] = []
///
///   func signableRequest(for service: SigningService, in placement: SignaturePlacement) -> SignableRequest {
///     receivedRequest(for: service)
///   }
///
///   func receivedRequest(for service: SigningService) -> SignableRequest {
///     SignableRequest(method: method, target: target, headers: [HeaderField("Host", host)] + headers)
///   }
///
///   var signablePayload: Payload? { .bytes(body) }
///
///   mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) {
///     target = signed.request.target
///     headers.removeAll { isReplaced($0.name) }
///     headers += signed.addedHeaders
///   }
/// }
///
/// var call = Call(host: "orders.example.com")
/// try await signer.sign(&call, with: .default)
/// ```
///
/// A signature is valid only for the bytes that are sent. If an HTTP client changes a request, return the changed parts, or
/// throw ``SigningError``.
public protocol RequestAdapter {
  /// Returns the parts of this request, exactly as its HTTP client sends them.
  ///
  /// Leave out header fields that the client sets or changes by itself. `Host` is required.
  ///
  /// - Parameters:
  ///   - service: The service that checks the signature.
  ///   - placement: The place of the signature. A presigned request is often sent by another client.
  /// - Returns: The parts.
  /// - Throws: ``SigningError`` if the client would change the request after signing.
  func signableRequest(
    for service: SigningService, in placement: SignaturePlacement
  ) throws(SigningError) -> SignableRequest

  /// Returns the parts of this request, exactly as a server has received them, for a ``Verifier``.
  ///
  /// Unlike ``signableRequest(for:in:)``, it changes nothing: a verifier must read the same request as the code behind it.
  ///
  /// - Parameter service: The service that checks the signature.
  /// - Returns: The parts.
  /// - Throws: ``SigningError`` if the request has no host.
  func receivedRequest(for service: SigningService) throws(SigningError) -> SignableRequest

  /// The payload that this request carries, or ``Payload/empty``; `nil` if requests of this type don't carry theirs.
  ///
  /// Throws ``SigningError`` if the payload is a stream, which can't be read twice. By default `nil`, so that the caller of
  /// the signer passes the payload.
  var signablePayload: Payload? { get throws(SigningError) }

  /// Whether the body can be sent again. `true` for bytes and by default; `false` for a stream, or if unknown.
  var isRepeatable: Bool { get }

  /// Changes this request to the signed one: sets the target and the header fields.
  ///
  /// - Parameters:
  ///   - signed: The signed parts. ``SignedRequest/addedHeaders`` are the fields to add.
  ///   - isReplaced: Returns whether signing replaces the field of a name, in any letter case. Remove these fields first.
  /// - Throws: ``SigningError`` if the client would send another request. Then this request must be unchanged.
  mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) throws(SigningError)
}

extension RequestAdapter {
  /// The default: requests of this type don't carry their payload.
  public var signablePayload: Payload? { nil }

  /// The default: the body can be sent again.
  public var isRepeatable: Bool { true }
}

extension SignableRequest: RequestAdapter {
  /// Returns the request unchanged.
  public func signableRequest(for service: SigningService, in placement: SignaturePlacement) -> SignableRequest { self }

  /// Returns the request unchanged.
  public func receivedRequest(for service: SigningService) -> SignableRequest { self }

  /// Becomes the signed request.
  public mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) {
    self = signed.request
  }
}

extension SignedRequest {
  /// Whether the signature covers a body that the client must send.
  var coversBody: Bool { payloadHash != SHA256Digest.hexOfNothing && payloadHash != Payload.unsignedWord }
}
