/// The way in which an answer is sent: its framing, its pieces, and the point at which it stops.
public struct Delivery: Sendable, Hashable {
  /// The framing of the body (RFC 9112, section 6.3).
  public enum Framing: Sendable, Hashable {
    /// By a `Content-Length` header.
    case contentLength
    /// By the last chunk of `Transfer-Encoding: chunked`.
    case chunked
    /// By closing the connection.
    case untilClose
  }

  /// The point at which the body stops.
  public enum Ending: Sendable, Hashable {
    /// At its end.
    case complete
    /// After this many bytes, with more announced and the connection kept open until the client gives up.
    case stalled(afterBytes: Int)
    /// After this many bytes, with more announced and the connection closed.
    case truncated(afterBytes: Int)
    /// Never: the body is followed by spaces for as long as the client reads.
    case endless
  }

  /// The state of the connection after a complete response.
  public enum Persistence: Sendable, Hashable {
    /// The connection serves the next request if the client keeps it open.
    case keepAlive
    /// It is closed, and the answer says so with `Connection: close`.
    case close
  }

  /// The framing of the body.
  public var framing: Framing
  /// The number of bytes written at a time; `nil` writes head and body at once.
  public var pieceSize: Int?
  /// The point at which the body stops.
  public var ending: Ending
  /// The state of the connection afterwards.
  public var persistence: Persistence

  /// Creates a delivery; without arguments it is the usual one.
  public init(
    framing: Framing = .contentLength,
    pieceSize: Int? = nil,
    ending: Ending = .complete,
    persistence: Persistence = .keepAlive
  ) {
    self.framing = framing
    self.pieceSize = pieceSize
    self.ending = ending
    self.persistence = persistence
  }

  /// `Content-Length`, in one piece, complete, with the connection kept.
  public static let usual = Delivery()
}
