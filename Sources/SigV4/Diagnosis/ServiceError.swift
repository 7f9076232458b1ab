/// A wording with which services reject requests, and its meaning: a row of ``table``.
struct ServiceError: Sendable {
  /// The cause.
  ///
  /// In the sentence that explains it, `{1|other}` is the text in the wording's first gap, or `other` if that text can't be
  /// shown.
  let cause: SignatureDiagnosis.Cause
  let certainty: SignatureDiagnosis.Certainty
  let sentence: String
  /// The answer must contain one of these codes; empty if the wording decides alone.
  let codes: [String]
  /// The pieces of the wording, in lower case, with any text in the gaps between them.
  let wording: [String]
  /// Whether the wording must be the whole message.
  let isWhole: Bool
  /// A label that the request's host must have, such as `lambda-url`.
  let host: String?
  /// A condition that the request must meet.
  private(set) var condition: @Sendable (Evidence) -> Bool

  /// Creates a row: `text` is the wording, `…` for each gap, otherwise `message` is the whole message.
  init(
    _ cause: SignatureDiagnosis.Cause, _ certainty: SignatureDiagnosis.Certainty, code: [String] = [],
    text: String? = nil,
    message: String? = nil,
    host: String? = nil, if condition: @escaping @Sendable (Evidence) -> Bool = { _ in true }, _ sentence: String
  ) {
    self.cause = cause
    self.certainty = certainty
    self.sentence = sentence
    codes = code
    wording = (text ?? message)?.utf8.asciiLowercased.split(separator: "…").map { String($0) } ?? []
    isWhole = message != nil
    self.host = host
    self.condition = condition
  }

  /// The same row, for answers that don't call the sender anonymous: an anonymous request has no signature that could be right.
  var forNamedSenders: ServiceError {
    var row = self
    row.condition = { [condition] in condition($0) && !$0.says("user: anonymous") }
    return row
  }

  /// The meaning of an answer: that of the first row that fits its message, otherwise any of its texts.
  static func meaning(_ certainty: SignatureDiagnosis.Certainty, of evidence: Evidence) -> SignatureDiagnosis? {
    find(certainty, in: evidence).map { index, gaps in table[index].meaning(filling: gaps, evidence) }
  }

  /// The place of the row that explains an answer, and the texts in the gaps of its wording.
  static func find(_ certainty: SignatureDiagnosis.Certainty, in evidence: Evidence) -> (row: Int, gaps: [String])? {
    guard let answer = evidence.answer else { return nil }
    let code = answer.code.flatMap { allCodes.contains($0) || signatureCodes.contains($0) ? $0 : nil }
    for text in [answer.message, answer.text].map({ AnswerText(unwrapping: answer.withoutCanonicalRequest($0)) }) {
      // A code found elsewhere in the text is used only if the answer has no code of its own.
      let codes = code.map { [$0] } ?? text.words(among: allCodes)
      for (index, row) in table.enumerated() where row.certainty == certainty {
        if let gaps = row.gaps(in: text, codes, evidence) { return (index, gaps) }
      }
    }
    return nil
  }

  private static let allCodes = Set(table.flatMap(\.codes))
  /// Codes that say only that the signature doesn't match.
  ///
  /// The texts with them may contain any word of the request.
  private static let signatureCodes: Set = ["SignatureDoesNotMatch", "InvalidSignatureException"]

  /// The texts in the gaps of the wording; `nil` if the row doesn't fit.
  func gaps(in text: AnswerText, _ answerCodes: Set<String>, _ evidence: Evidence) -> [String]? {
    guard codes.isEmpty || !answerCodes.isDisjoint(with: codes),
      host.map({ evidence.host.labels.contains($0) }) ?? true
    else { return nil }
    var gaps: [String] = []
    var end = 0
    for (index, piece) in wording.enumerated() {
      guard let found = text.firstRange(of: piece, from: end) else { return nil }
      if index > 0 { gaps.append(text.string(end..<min(found.lowerBound, end + 200))) }
      end = found.upperBound
    }
    if isWhole {
      let rest = text.bytes.count - (wording.first?.utf8.count ?? 0)
      // A full stop may follow.
      guard rest <= 1, text.firstRange(of: wording.first ?? "")?.lowerBound == 0 else { return nil }
    }
    return condition(evidence) ? gaps : nil
  }

  private func meaning(filling gaps: [String], _ evidence: Evidence) -> SignatureDiagnosis {
    if cause == .clock, let offset = evidence.clockOffset, offset.magnitude >= 60 {
      return SignatureDiagnosis(clockOffset: offset)
    }
    var words = ""
    var rest = sentence[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let parts = rest[rest.index(after: open)..<close].split(separator: "|", omittingEmptySubsequences: false)
      let gap = Int(parts[0]).flatMap { gaps.indices.contains($0 - 1) ? gaps[$0 - 1] : nil }
      words += rest[..<open]
      words += gap.flatMap { Self.isName($0) ? $0 : nil } ?? (parts.count > 1 ? String(parts[1]) : "")
      rest = rest[rest.index(after: close)...]
    }
    return SignatureDiagnosis(cause, certainty, words + rest)
  }

  /// Whether a text of the answer can be shown: the name of a region, service, header, action, policy or host.
  private static func isName(_ text: String) -> Bool {
    1...64 ~= text.utf8.count
      && text.utf8.allSatisfy {
        $0.isIdentifier || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ")
      }
  }
}

extension AnswerText {
  /// The words of the text that are in `known`.
  fileprivate func words(among known: Set<String>) -> Set<String> {
    var found: Set<String> = []
    for word in bytes.split(whereSeparator: { !$0.isIdentifier || $0 == UInt8(ascii: ".") }) where word.count >= 8 {
      let word = String(decoding: word, as: UTF8.self)
      if known.contains(word) { found.insert(word) }
    }
    return found
  }
}
