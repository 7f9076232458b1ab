/// Why a transport has no answer to give.
public struct TransportError: Error, Hashable {
  /// What kind of failure it is, for code to act upon.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// There is no connection: refused, no route, unknown host, no TLS, or not in time; nothing was sent.
    public static let cannotConnect = Code("cannotConnect")
    /// A deadline passed, as far as is known after connecting.
    public static let timedOut = Code("timedOut")
    /// The connection ended before the answer did.
    public static let closed = Code("closed")
    /// The answer isn't HTTP, or is longer than the limit.
    public static let badAnswer = Code("badAnswer")
    /// The request can't be sent as it is.
    public static let invalidRequest = Code("invalidRequest")
    /// This process has no descriptor, thread or memory left for an exchange; nothing was sent.
    public static let systemResources = Code("systemResources")
    /// The calling task was cancelled.
    public static let cancelled = Code("cancelled")
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was wrong, as part of a sentence and without secrets.
  public let message: String

  /// Creates an error; the message must hold no secret.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static let cancelled = TransportError(.cancelled, "the calling task was cancelled")
  static let closedEarly = TransportError(.closed, "the connection was closed before the answer was whole")

  static func noResources(_ what: String) -> TransportError {
    TransportError(
      .systemResources, "this process has no \(what) left; raise its limit (ulimit -n, -u) or do less at once")
  }

  static func timedOut(after time: Duration, _ what: String) -> TransportError {
    TransportError(.timedOut, "\(what) within \(time)")
  }
}

extension TransportError: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}
