public import SigV4

extension LocalServer {
  /// A server's response.
  public struct Response: Sendable, Hashable {
    /// The status code, such as 200.
    public var status: Int
    /// The header fields, without those that frame the body or describe the connection.
    public var headers: [HeaderField]
    /// The body.
    public var body: [UInt8]
    /// The way in which the answer is sent.
    public var delivery: Delivery

    /// Creates an answer from its parts.
    public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = [], delivery: Delivery = .usual) {
      self.status = status
      self.headers = headers
      self.body = body
      self.delivery = delivery
    }

    /// Creates an answer whose body is text.
    public init(
      status: Int,
      text: String,
      contentType: String = "text/plain",
      headers: [HeaderField] = [],
      delivery: Delivery = .usual
    ) {
      self.init(
        status: status, headers: [HeaderField("Content-Type", contentType)] + headers, body: Array(text.utf8),
        delivery: delivery)
    }
  }
}
