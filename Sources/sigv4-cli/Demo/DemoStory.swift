import Foundation
import LocalAWS
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The steps of the demo, in order, each with the status it must end in.
struct DemoStory {
  /// A request of the story and its response.
  struct Step: Encodable {
    let name: String
    let expectedStatus: Int
    let status: Int
    let response: String

    var isAsExpected: Bool { status == expectedStatus }
  }

  private let stage: DemoStage
  private let say: (String) -> Void
  private let signer: Signer

  /// Creates a story that calls `say` with each of its lines.
  init(stage: DemoStage, say: @escaping (String) -> Void) {
    (self.stage, self.say) = (stage, say)
    signer = Signer(service: stage.signingService, region: SigningRegion(DemoStage.region))
  }

  /// Sends the requests of the story, and returns its steps.
  func tell() async throws -> [Step] {
    say("Instance metadata at \(stage.metadata.baseURL), the service \"reservation\" at \(stage.service.baseURL)")
    let provider = InstanceMetadataCredentialProvider(endpoint: stage.metadata.baseURL, environment: [:])
    let credentials = try await provider.credentials()
    say("Credentials of the instance's role: \(credentials.accessKeyID), from instance metadata version 2\n")

    say("Auth policy: only authenticated requests")
    var steps = try await [
      step("GET without a signature", 403, sent: request("GET")),
      step("GET, signed", 200, sent: signed("GET", credentials)),
      step("POST, signed", 200, sent: signed("POST", credentials)),
    ]
    stage.service.policy = .authenticatedExceptGET
    say("Auth policy: only authenticated requests, and no GET")
    steps += try await [
      step("POST, signed", 200, sent: signed("POST", credentials)),
      step("GET, signed", 403, sent: signed("GET", credentials)),
    ]
    stage.service.policy = .authenticatedOnly
    say("Invalid signatures")
    steps += try await [
      step("GET, changed after it was signed", 403, sent: tampered(credentials)),
      step("GET, signed ten minutes ago", 403, sent: signed("GET", credentials, at: Date(timeIntervalSinceNow: -600))),
      step("GET, signed with another secret", 403, sent: signed("GET", credentials.withOtherSecret)),
    ]

    var shown = request("GET")
    let trace = try signer.sign(&shown, with: credentials)
    say("\nThe signed text of a GET request\n\(try SigningTrace.text(of: trace))\n")
    say("\(steps.count(where: \.isAsExpected)) of \(steps.count) steps as expected")
    return steps
  }

  /// Sends a request, and writes its result in a line or two.
  private func step(_ name: String, _ expectedStatus: Int, sent request: URLRequest) async throws -> Step {
    let answer = try await HTTPExchange.send(request)
    let step = Step(name: name, expectedStatus: expectedStatus, status: answer.status, response: answer.text)
    let title = name.padding(toLength: 34, withPad: " ", startingAt: 0)
    let (first, reason) = Self.parts(answer.text)
    say(
      step.isAsExpected
        ? "  ok   \(title) \(answer.status) \(first)"
        : "  FAIL \(title) \(answer.status) \(first), expected \(expectedStatus)")
    if let reason { say("         \(reason)") }
    return step
  }

  /// The greeting or the code of an error, and the first sentence of the error's reason.
  private static func parts(_ response: String) -> (first: String, reason: String?) {
    let text = response.replacing("\n", with: " ")
    guard let code = text.firstRange(of: "Exception: ") else { return (text, nil) }
    let words = ["Diagnosis: certain: ", "Diagnosis: likely: ", "Diagnosis: unknown: ", " because "]
    let reason = words.lazy.compactMap { text.firstRange(of: $0)?.upperBound }.first
    let sentence = text[(reason ?? code.upperBound)...]
    let end = sentence.firstRange(of: ". ")?.lowerBound ?? sentence.endIndex
    return (String(text[..<code.upperBound].dropLast(2)), String(sentence[..<end]))
  }

  private func request(_ method: String) -> URLRequest {
    var request = URLRequest(url: stage.url)
    request.httpMethod = method
    if method == "POST" { request.httpBody = Data("{\"guests\":2}".utf8) }
    return request
  }

  private func signed(_ method: String, _ credentials: Credentials, at time: Date = Date()) throws -> URLRequest {
    var request = request(method)
    try signer.sign(&request, with: credentials, at: time)
    return request
  }

  private func tampered(_ credentials: Credentials) throws -> URLRequest {
    var request = try signed("GET", credentials)
    request.url = stage.url.appending(path: "elsewhere")
    return request
  }
}

extension Credentials {
  fileprivate var withOtherSecret: Credentials {
    Credentials(
      accessKeyID: accessKeyID, secretAccessKey: String(secretAccessKey.reversed()), sessionToken: sessionToken)
  }
}
