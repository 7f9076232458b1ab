#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
  public import struct FoundationEssentials.URL
#else
  public import struct Foundation.Date
  public import struct Foundation.URL
#endif

extension Signer {
  /// Returns `url` with a signature in its query, which any HTTP client can use without credentials and without adding a header.
  ///
  /// ```swift
  /// let signer = Signer(service: .s3)
  /// let url = "https://bucket.s3.eu-central-1.amazonaws.com/key"
  /// let download = try await signer.presignedURL(for: url, validFor: .seconds(3600), with: .default)
  /// let upload = try await signer.presignedURL(for: url, method: "PUT", validFor: .seconds(60), with: .default)
  /// ```
  ///
  /// Only `Host` is signed. To sign other headers, such as a `Content-Type` that an upload must have, use
  /// `presigned(_:validFor:payload:with:at:)` and send the headers of its result with the URL.
  ///
  /// The URL is written as HTTP clients send it: without its fragment, and with invalid characters encoded. Scheme and host
  /// become lower case, as in browsers.
  ///
  /// - Parameters:
  ///   - url: The URL, with a scheme and a host.
  ///   - method: The method with which the URL will be used.
  ///   - lifetime: How long the URL is valid for, in whole seconds from 1 to 604,800 (7 days).
  ///   - payload: The payload that the URL will be used with. S3 accepts any, unless it is a ``Payload/hash(_:)``. For other
  ///     services it defaults to no payload for GET, HEAD and DELETE, and is required for other methods.
  ///   - credentials: The credentials to sign with. The URL expires no later than they do.
  ///   - time: The time of signing.
  /// - Returns: The presigned URL. It contains the session token: it is a secret until it expires.
  /// - Throws: ``SigningError``. Its code is ``SigningError/Code/changedByClient`` if HTTP clients change the URL, such as an
  ///   S3 key with dot segments or a URL with a user. It is the same if the service requires another header, as VPC Lattice
  ///   does.
  public func presignedURL(
    for url: String, method: String = "GET", validFor lifetime: Duration, payload: Payload? = nil,
    with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> String {
    var url = try AbsoluteURL(url)
    guard !url.hasUser else {
      throw .changedByClient(
        "HTTP clients send the user in the URL as Authorization, which AWS rejects with a presigned URL. Remove the user."
      )
    }
    try url.removeDotSegments(for: service)
    let host = HeaderField("Host", try url.requiredHost.lowercased())
    var request = SignableRequest(method: method, target: url.target, headers: [host])
    try presign(&request, validFor: lifetime, payload: payload, with: credentials, at: time)
    if let header = request.headers.first(where: { $0 != host }) {
      throw .changedByClient(
        "\(service.name) requires the header \(header.name) with a presigned URL, but a URL alone can't send a header."
          + " Use presigned(_:validFor:) and send the headers of its result.")
    }
    return url.origin.lowercased() + request.target
  }

  /// Returns `url`, presigned with the current credentials of `provider`.
  ///
  /// See ``presignedURL(for:method:validFor:payload:with:at:)``.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func presignedURL(
    for url: String, method: String = "GET", validFor lifetime: Duration, payload: Payload? = nil,
    with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> String {
    let credentials = try await provider.credentials()
    return try presignedURL(
      for: url, method: method, validFor: lifetime, payload: payload, with: credentials, at: time ?? Date())
  }

  /// Returns `url` with a signature in its query, as ``presignedURL(for:method:validFor:payload:with:at:)`` does for text.
  ///
  /// - Throws: ``SigningError``.
  public func presignedURL(
    for url: URL, method: String = "GET", validFor lifetime: Duration, payload: Payload? = nil,
    with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> URL {
    let text = try presignedURL(
      for: url.absoluteString, method: method, validFor: lifetime, payload: payload, with: credentials, at: time)
    guard let url = URL(string: text, encodingInvalidCharacters: false) else {
      throw SigningError(.invalidTarget, "Foundation rejects the presigned URL. Pass the URL as a String instead.")
    }
    return url
  }

  /// Returns `url`, presigned with the current credentials of `provider`.
  ///
  /// See ``presignedURL(for:method:validFor:payload:with:at:)``.
  ///
  /// - Throws: The provider's error, or ``SigningError``.
  public func presignedURL(
    for url: URL, method: String = "GET", validFor lifetime: Duration, payload: Payload? = nil,
    with provider: some CredentialProvider, at time: Date? = nil
  ) async throws -> URL {
    let credentials = try await provider.credentials()
    return try presignedURL(
      for: url, method: method, validFor: lifetime, payload: payload, with: credentials, at: time ?? Date())
  }
}
