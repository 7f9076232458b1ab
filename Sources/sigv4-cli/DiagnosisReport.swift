import SigV4

/// A diagnosis, as it is printed and as tools read it.
struct DiagnosisReport: Encodable {
  struct Line: Encodable {
    let line: String
    let sent: String?
    let expected: String?
  }

  let cause: String
  /// `certain` or `likely`; absent if the cause is unknown.
  let certainty: String?
  let explanation: String
  let differences: [Line]

  init(_ diagnosis: SignatureDiagnosis) {
    cause = diagnosis.cause.description
    certainty = diagnosis.certainty?.rawValue
    explanation = diagnosis.explanation
    differences = diagnosis.differences.map { Line(line: $0.line, sent: $0.sent, expected: $0.expected) }
  }

  /// The result if the cause depends on the missing body.
  init(hiddenPayload explanation: String) {
    cause = SignatureDiagnosis.Cause.unknown.description
    certainty = nil
    self.explanation = explanation
    differences = []
  }
}
