/// How long an exchange of request and answer may take.
public struct TransportDeadlines: Sendable, Hashable {
  /// The time to connect.
  public var connect: Duration
  /// The time from then to the first byte of the answer.
  public var firstByte: Duration
  /// The time for everything, from the call to the last byte of the answer.
  public var whole: Duration

  /// Creates deadlines; where left out, those for a service on the same machine or link: 1 s, 1 s, and 3 s for all.
  public init(connect: Duration = .seconds(1), firstByte: Duration = .seconds(1), whole: Duration = .seconds(3)) {
    self.connect = connect
    self.firstByte = firstByte
    self.whole = whole
  }
}
