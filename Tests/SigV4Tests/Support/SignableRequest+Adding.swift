import SigV4

extension SignableRequest {
  /// The request with `headers`, each of which replaces all of its name, as a client adds them.
  func adding(_ headers: some Sequence<HeaderField>) -> SignableRequest {
    var request = self
    for header in headers {
      request.headers.removeAll { $0.isNamed(header.name) }
      request.headers.append(header)
    }
    return request
  }
}
