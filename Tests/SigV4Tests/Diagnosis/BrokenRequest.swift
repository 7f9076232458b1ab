import SigV4
import Testing

/// A request that a service refuses, as the text that went over the wire, and what is wrong with it.
struct BrokenRequest: CustomTestStringConvertible, Sendable {
  /// What whoever asks can give besides the texts.
  enum Given: Sendable {
    case nothing
    case credentials
    case temporaryCredentials
  }

  let testDescription: String
  let given: Given
  let cause: SignatureDiagnosis.Cause
  /// A part of the explanation.
  let sentence: String
  let text: String
  let answer: String

  init(
    _ name: String, given: Given = .nothing, _ cause: SignatureDiagnosis.Cause, _ sentence: String, _ text: String,
    _ answer: String
  ) {
    testDescription = name
    self.given = given
    self.cause = cause
    self.sentence = sentence
    self.text = text
    self.answer = answer
  }

  static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

  private var credentials: Credentials? {
    switch given {
    case .nothing: nil
    case .credentials: Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Self.secret)
    case .temporaryCredentials:
      Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Self.secret, sessionToken: "TOKENTHATMUSTNOTSHOW")
    }
  }

  /// What the texts alone, and the credentials where they are given, explain.
  func mismatch() throws -> SignatureDiagnosis {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let blank = try #require(lines.firstIndex(of: ""))
    let start = lines[0].split(separator: " ")
    let headers = try lines[1..<blank].map { line in
      let colon = try #require(line.firstIndex(of: ":"))
      return HeaderField(String(line[..<colon]), String(line[line.index(after: colon)...].dropFirst()))
    }
    let body = Array(lines[(blank + 1)...].joined(separator: "\n").utf8)
    return SignatureDiagnosis(
      of: SignableRequest(method: String(start[0]), target: String(start[1]), headers: headers), payload: .bytes(body),
      answer: ServiceErrorResponse(answer), credentials: credentials)
  }
}
