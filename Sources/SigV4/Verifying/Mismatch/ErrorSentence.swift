/// An error as the AWS CLI, an SDK or VPC Lattice puts it into a sentence.
struct ErrorSentence {
  var code: String?
  var message: String

  init(_ text: AnswerText) {
    message = text.string(from: 0)
    if let start = text.firstRange(of: "an error occurred (")?.upperBound {
      // The AWS CLI, boto3: An error occurred (CODE) when calling the NAME operation: MESSAGE
      code = text.identifier(at: start)
      // With (reached max retries: 4) before the colon, or without.
      let operation = text.firstRange(of: " operation", from: start)?.upperBound ?? start
      let isRetried = text.bytes[operation...].starts(with: " (reached".utf8)
      if let colon = text.firstRange(of: isRetried ? "): " : ": ", from: operation)?.upperBound {
        message = text.string(from: colon)
      }
    } else if let start = text.firstRange(of: "api error ")?.upperBound {
      // Go: operation error S3: PutObject, https response error StatusCode: 403, …, api error CODE: MESSAGE
      code = text.identifier(at: start)
      if let colon = text.firstRange(of: ": ", from: start)?.upperBound { message = text.string(from: colon) }
    } else {
      readPrefix(of: text)
      // Java: CLASS: MESSAGE (Service: Amazon S3; Status Code: 403; Error Code: CODE; …)
      if let start = text.firstRange(of: "error code: ")?.upperBound { code = text.identifier(at: start) ?? code }
      if let end = AnswerText(message).firstRange(of: " (service: ")?.lowerBound {
        message = AnswerText(message).string(0..<end)
      }
    }
  }

  /// `CODE: MESSAGE`, with or without the name of a class or module before the code.
  private mutating func readPrefix(of text: AnswerText) {
    var start = 0
    // An error may be wrapped in others, each before a colon.
    for _ in 0..<4 {
      guard let colon = text.firstRange(of: ":", from: start)?.lowerBound else { return }
      let prefix = text.bytes[start..<colon].drop { $0 == UInt8(ascii: " ") }
      // Ruby writes Aws::S3::Errors::CODE, PHP CODE (client), Java software.amazon.….CODE
      let word = prefix.prefix { $0 != UInt8(ascii: " ") }
      guard word.allSatisfy(\.isIdentifier), prefix.count - word.count < 16 else { return }
      start = colon + 1
      if text.bytes[start...].first == UInt8(ascii: ":") {
        start += 1
        continue
      }
      let name = String(decoding: word, as: UTF8.self).split(separator: ".").last.map { String($0) }
      message = String(text.string(from: start)[...].trimmingSpaces)
      guard let name, !["Error", "error", "ClientError", "Exception"].contains(name) else { continue }
      code = name
      return
    }
  }
}
