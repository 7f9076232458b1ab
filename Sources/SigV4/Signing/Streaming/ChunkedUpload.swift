/// A signed request whose payload follows in chunks.
public struct ChunkedUpload: Sendable {
  /// The signed request, with the canonical request and the string to sign for debugging.
  public let signedRequest: SignedRequest
  /// The payload as it was announced.
  public let payload: ChunkedPayload
  /// The bytes that go on the wire after the headers, framing included: the value of `Content-Length`.
  public let contentLength: Int
  /// Signs the first chunk, and then the others; `nil` where chunks aren't signed.
  public let chunkSigner: ChunkSigner?

  /// The framed payload, in pieces to be sent one after the other.
  ///
  /// The pieces of `source`, whatever their sizes, are cut up where chunks end, and come out without being copied
  /// unless they are tiny; no more than one chunk and one piece of `source` are held at a time.
  ///
  /// - Parameters:
  ///   - source: The payload, as pieces of bytes such as `[UInt8]` or `Data`.
  ///   - trailers: Asked for the trailers, in the order they were announced, once all of the payload was read.
  /// - Returns: A sequence that can be gone through as often as `source` can. It throws what `source` and `trailers`
  ///   throw, and ``SigningError`` where the payload or the trailers aren't as announced.
  public func body<Source>(
    _ source: Source, trailers: @escaping @Sendable () async throws -> [HeaderField] = { [] }
  ) -> ChunkedBody<Source> {
    ChunkedBody(source: source, framer: ChunkFramer(self, trailers: trailers))
  }
}
