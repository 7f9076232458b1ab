#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

extension Mismatch {
  /// Explains why a service rejects `request`.
  ///
  /// Evidence is read in this order: what the service says for certain, what the request shows by itself, and the search
  /// with the credentials, which tries the known mistakes until one yields the signature that was sent. Only then come
  /// likely causes; if there is none either, the cause is ``Cause/unknown``, and the explanation says why.
  ///
  /// - Parameters:
  ///   - request: The request, exactly as it was sent.
  ///   - payload: The body of the request.
  ///   - answer: The service's answer.
  ///   - credentials: The credentials that the request should be signed with. They are used in this call only.
  ///   - serviceTime: The service's clock, such as the `Date` of its answer; defaults to a time that the answer shows.
  public init(
    of request: SignableRequest, payload: Payload = .empty, answer: ServiceAnswer? = nil,
    credentials: Credentials? = nil, serviceTime: Date? = nil
  ) {
    let evidence = Evidence(request, payload, answer, credentials, serviceTime)
    let found =
      ServiceError.meaning(.certain, of: evidence) ?? RequestCheck.finding(in: evidence)
      ?? Self(checking: evidence)
    self = found.redacted(evidence.secrets)
  }

  /// What remains once neither the service nor the request alone shows the cause: the search, then what is likely.
  private init(checking evidence: Evidence) {
    guard let check = SignatureCheck(evidence) else {
      self.init(
        .unknown, nil, "The request can't be brought into its canonical form, so its signature can't be checked.")
      return
    }
    self =
      check.searched ?? check.regionAgainstHost ?? ServiceError.meaning(.likely, of: evidence) ?? check.likely
      ?? check.unknown
  }

  init(clockOffset seconds: Int) {
    let size = seconds.magnitude
    let text =
      size >= 172_800
      ? "\(size / 86_400) days"
      : size >= 7200
        ? "\(size / 3600) hours \(size % 3600 / 60) minutes"
        : size >= 120 ? "\(size / 60) minutes \(size % 60) seconds" : "\(size) seconds"
    self.init(
      .clock, .certain,
      seconds < 0
        ? "The request is dated \(text) before the service's clock: the sender's clock is slow, or the request waited before it was sent."
        : "The request is dated \(text) after the service's clock: the sender's clock is fast.")
  }
}
