extension Verifier {
  /// How large a request may be before a verifier looks at its signature.
  ///
  /// The defaults are above what AWS's own front ends take, and bound the work that an anonymous sender can cause.
  public struct Limits: Sendable, Hashable {
    /// The largest number of bytes in the method; registered ones have 17 at most.
    public var methodBytes = 64
    /// The largest number of header fields.
    public var headerCount = 128
    /// The largest number of bytes in the names and values of all header fields.
    public var headerBytes = 65_536
    /// The largest number of bytes in the request target.
    public var targetBytes = 32_768

    /// Creates the default limits.
    public init() {}

    func check(_ request: SignableRequest) throws(VerificationError) {
      guard request.method.utf8.count <= methodBytes else {
        throw VerificationError(
          .tooLarge, "The method has \(request.method.utf8.count) bytes; \(methodBytes) are taken.")
      }
      guard request.target.utf8.count <= targetBytes else {
        throw VerificationError(
          .tooLarge, "The request target has \(request.target.utf8.count) bytes; \(targetBytes) are taken.")
      }
      guard request.headers.count <= headerCount else {
        throw VerificationError(
          .tooLarge, "The request has \(request.headers.count) headers; \(headerCount) are taken.")
      }
      let headers = request.headers.span
      var bytes = 0
      for index in headers.indices { bytes += headers[index].name.utf8.count + headers[index].value.utf8.count }
      guard bytes <= headerBytes else {
        throw VerificationError(.tooLarge, "The request has \(bytes) bytes of headers; \(headerBytes) are taken.")
      }
    }
  }
}
