#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Signer {
  /// Signs `request` in its headers, and prepares to frame and sign the chunks of its payload.
  ///
  /// Sets the fields of `sign(_:payload:with:at:)`, `x-amz-decoded-content-length`, and `x-amz-trailer` if there are trailers.
  /// Appends `aws-chunked` to `Content-Encoding`. If the request has a `Content-Length`, replaces it with the length of the
  /// framed payload. Signing the request again keeps these headers: for a payload that isn't in chunks, start from a copy
  /// without them.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it will be sent, except those headers.
  ///   - payload: The length of the payload, and its chunks.
  ///   - credentials: The credentials to sign with.
  ///   - time: The time of signing, for the chunks too, no matter when they are sent.
  /// - Returns: The signed request and the signer of its chunks.
  /// - Throws: ``SigningError``, also for a service whose rules aren't S3's. Then `request` is unchanged.
  public func sign(
    _ request: inout SignableRequest, chunked payload: ChunkedPayload, with credentials: Credentials,
    at time: Date = Date()
  ) throws(SigningError) -> ChunkedUpload {
    try payload.validate()
    guard service.contentHashHeader == .sentUnlessPresigned, service.payload != .unsigned else {
      throw SigningError(
        .invalidStream,
        "\(service.name) doesn't accept a payload in chunks; only S3 does. Sign the whole payload or its hash.")
    }
    let contentLength = payload.framedLength(algorithm)
    var chunked = request
    let chunkedHeaders = chunked.setChunkedHeaders(payload, contentLength: contentLength)
    var signed = try sign(&chunked, payload: .hash(payload.hash(algorithm)), with: credentials, at: time)
    signed.addedHeaderCount += chunkedHeaders
    let chunkSigner =
      payload.signatures == .signed
      ? ChunkSigner(
        seedSignature: signed.signature,
        key: try SigningWorkspace.withCurrent { (workspace) throws(SigningError) in
          try workspace.key(
            for: credentials, on: signed.date, region: signed.scope.region, service: service.name)
        }, signed.date) : nil
    request = chunked
    return ChunkedUpload(
      signedRequest: signed, payload: payload, contentLength: contentLength, chunkSigner: chunkSigner)
  }
}

extension SignableRequest {
  /// Moves the headers that describe the chunks to the end of the request, and returns how many they are.
  fileprivate mutating func setChunkedHeaders(_ payload: ChunkedPayload, contentLength: Int) -> Int {
    var added: [HeaderField] = []
    if headers.contains(where: { $0.isNamed("content-length") }) {
      added.append(HeaderField("Content-Length", String(contentLength)))
    }
    // Codings are listed in the order they are applied (RFC 9110, 8.4), and this one is applied last.
    var codings = headers[values: "content-encoding"]
    // S3's documentation also shows aws-chunked first.
    if !codings.contains(where: \.listsAWSChunked) { codings.append("aws-chunked") }
    // rule: chunk-seed
    added.append(HeaderField("Content-Encoding", codings.joined(separator: ",")))
    added.append(HeaderField("x-amz-decoded-content-length", String(payload.length)))
    if !payload.trailers.isEmpty {
      added.append(HeaderField("x-amz-trailer", payload.trailers.map(\.name).joined(separator: ",")))
    }
    headers.removeAll { header in header.isNamed("x-amz-trailer") || added.contains { $0.isNamed(header.name) } }
    headers += added
    return added.count
  }
}

extension String {
  /// Whether `aws-chunked` is one of the codings of this value of `Content-Encoding`, in any letter case (RFC 9110, 8.4.1).
  fileprivate var listsAWSChunked: Bool {
    utf8.split(separator: UInt8(ascii: ",")).contains {
      Substring($0).trimmed.utf8.asciiLowercased == "aws-chunked"
    }
  }
}
