#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Signer {
  /// Signs `request` in its headers, and gets ready to sign the event messages that it sends.
  ///
  /// Sets what ``sign(_:payload:with:at:)`` sets, and `x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-EVENTS`.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it will be sent but for those headers.
  ///   - credentials: The credentials to sign the request and its messages with.
  ///   - time: The time of signing the request.
  /// - Returns: The signed request, and the signer of its messages.
  /// - Throws: ``SigningError``, for SigV4a too, with which no event streams are signed; leaves `request` as it was.
  public func signEvents(
    of request: inout SignableRequest, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> (request: SignedRequest, events: EventSigner) {
    let context = try context(for: request, credentials, time)
    guard let region = context.scope.region else {
      throw SigningError(.invalidStream, "Event streams are signed with SigV4, for one region; SigV4a doesn't do.")
    }
    var streaming = request
    let setsContentHash = service.contentHashHeader == .omitted
    if setsContentHash {
      streaming.headers.removeAll { $0.isNamed("x-amz-content-sha256") }
      streaming.headers.append(HeaderField("x-amz-content-sha256", Self.eventsHash))
    }
    var signed = try sign(&streaming, payload: .hash(Self.eventsHash), with: credentials, at: time)
    if setsContentHash { signed.addedHeaderCount += 1 }
    request = streaming
    let events = EventSigner(
      seedSignature: signed.signature, credentials: credentials, region: region, service: service)
    return (signed, events)
  }

  static let eventsHash = "STREAMING-AWS4-HMAC-SHA256-EVENTS"
}
