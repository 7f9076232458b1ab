#if AsyncHTTPClient
  public import AsyncHTTPClient
  public import NIOCore

  extension Payload {
    /// A payload in the readable bytes of `buffer`.
    ///
    /// The bytes are hashed in place while signing, unless the service doesn't sign payloads.
    public static func buffer(_ buffer: NIOCore.ByteBuffer) -> Payload { .bytes(buffer.readableBytesView) }

    /// Hashes the payload that `buffers` yields piece by piece, one piece in memory at a time.
    ///
    /// The payload is sent afterwards, so it must be readable twice, as a file is.
    ///
    /// ```swift
    /// var request = HTTPClientRequest(url: "https://bucket.s3.us-east-1.amazonaws.com/key")
    /// let payload = try await Payload.hash(of: buffers)
    /// try await signer.sign(&request, payload: payload, with: .default)
    /// request.body = .stream(buffers, length: .known(Int64(length)))
    /// ```
    ///
    /// - Throws: An error of `buffers`, or ``SigningError`` if the crypto library fails.
    public static func hash<Buffers: AsyncSequence>(
      of buffers: Buffers, isolation actor: isolated (any Actor)? = #isolation
    ) async throws -> Payload where Buffers.Element == NIOCore.ByteBuffer {
      try await hash(of: buffers.map(\.readableBytesView), isolation: actor)
    }
  }

  extension HTTPClientRequest.Body {
    /// The payload of a chunked upload, which is read, framed and signed while the request is sent.
    ///
    /// ```swift
    /// var request = HTTPClientRequest(url: "https://bucket.s3.us-east-1.amazonaws.com/key")
    /// request.method = .PUT
    /// let upload = try await signer.sign(&request, chunked: ChunkedPayload(length: length), with: .default)
    /// request.body = .chunked(upload, from: buffers)
    /// let response = try await client.execute(request, timeout: .minutes(10))
    /// ```
    ///
    /// The buffers can have any size, and their bytes aren't copied unless they are tiny. At most one chunk and one buffer are
    /// in memory at a time. `execute` throws the errors of `buffers` and `trailers`, and ``SigningError`` if the payload or
    /// the trailers aren't as announced. AsyncHTTPClient sets `Content-Length`, and never sends the body twice.
    ///
    /// - Parameters:
    ///   - upload: The upload that the request was signed for.
    ///   - buffers: The payload.
    ///   - trailers: Returns the trailers, in the order of their announcement; called once the whole payload is read.
    /// - Returns: The body, whose length is known.
    public static func chunked<Buffers: AsyncSequence & Sendable>(
      _ upload: ChunkedUpload, from buffers: Buffers,
      trailers: @escaping @Sendable () async throws -> [HeaderField] = { [] }
    ) -> HTTPClientRequest.Body where Buffers.Element == NIOCore.ByteBuffer {
      let body = upload.body(buffers.map(\.readableBytesView), trailers: trailers)
      return .stream(body.map { NIOCore.ByteBuffer($0) }, length: .known(Int64(upload.contentLength)))
    }
  }
#endif
