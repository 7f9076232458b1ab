import SigV4

/// A misbehavior of a service, which occurs on a real socket after the request has been read.
///
/// A peer that refuses connections is a ``RefusingPort``.
public struct Fault: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case asUsual
    case silent
    case closed
    case reset
    case answer(LocalServer.Response)
    case delivered(Delivery)
  }

  let kind: Kind

  /// No fault: the usual answer, for requests that precede a faulty one.
  public static let asUsual = Fault(kind: .asUsual)
  /// Never answers; the connection stays open until the client gives up.
  public static let silent = Fault(kind: .silent)
  /// Closes the connection in place of an answer.
  public static let closed = Fault(kind: .closed)
  /// Resets the connection (TCP RST) in place of an answer.
  public static let reset = Fault(kind: .reset)
  /// Sends the usual answer's headers and body, and then spaces without end.
  public static let endless = delivered(Delivery(ending: .endless))
  /// Sends the usual answer in chunks.
  public static let chunked = delivered(Delivery(framing: .chunked))
  /// Sends the usual answer with `Connection: close`, and closes.
  public static let closing = delivered(Delivery(persistence: .close))

  /// Sends this answer in place of the usual one: any status, any headers, any body, any delivery.
  public static func answer(_ response: LocalServer.Response) -> Fault { Fault(kind: .answer(response)) }

  /// Sends this status and text in place of the usual answer.
  public static func answer(_ status: Int, _ text: String = "") -> Fault {
    answer(LocalServer.Response(status: status, text: text))
  }

  /// Redirects the client.
  ///
  /// - Parameters:
  ///   - url: The `Location`.
  ///   - status: The status: 301, 302, 303, 307 or 308.
  /// - Returns: The fault.
  public static func redirect(to url: String, status: Int = 302) -> Fault {
    answer(LocalServer.Response(status: status, headers: [HeaderField("Location", url)]))
  }

  /// Sends the usual answer's headers and this many bytes of its body, then nothing more; the connection stays open.
  public static func stalled(afterBodyBytes count: Int) -> Fault {
    delivered(Delivery(ending: .stalled(afterBytes: count)))
  }

  /// Sends the usual answer's headers and this many bytes of its body, then closes.
  public static func truncated(afterBodyBytes count: Int) -> Fault {
    delivered(Delivery(ending: .truncated(afterBytes: count)))
  }

  /// Sends the usual answer in pieces of this many bytes.
  public static func pieces(ofBytes count: Int) -> Fault { delivered(Delivery(pieceSize: count)) }

  /// Sends the usual answer in another way.
  public static func delivered(_ delivery: Delivery) -> Fault { Fault(kind: .delivered(delivery)) }
}
