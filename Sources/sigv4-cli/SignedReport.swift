import SigV4

/// A signed request, for other programs.
struct SignedReport: Encodable {
  let method: String
  let url: String
  let headers: [String: String]
  /// The lifetime of a presigned URL, in seconds.
  let expiresIn: Int64?

  init(method: String, url: String, headers: [HeaderField], expiresIn: Int64? = nil) {
    self.method = method
    self.url = url
    self.headers = Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0),\($1)" })
    self.expiresIn = expiresIn
  }
}
