import Foundation
import LocalAWS
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The steps of the demo, in order, each with the status it must end in.
struct DemoStory {
  let stage: DemoStage
  private let signer: Signer

  init(stage: DemoStage) {
    self.stage = stage
    signer = Signer(service: stage.signingService, region: SigningRegion(DemoStage.region))
  }

  /// Plays the story and says whether every step came out as expected.
  func tell() async throws -> Bool {
    print("Instance metadata at \(stage.metadata.baseURL), the service \"reservation\" at \(stage.service.baseURL)")
    let provider = InstanceMetadataCredentialProvider(endpoint: stage.metadata.baseURL, environment: [:])
    let credentials = try await provider.credentials()
    print("The instance's role gave \(credentials.accessKeyID), read from instance metadata version 2\n")

    print("Auth policy: only authenticated requests")
    var passed = try await [
      step("GET without a signature", 403, sent: request("GET")),
      step("GET, signed", 200, sent: signed("GET", credentials)),
      step("POST, signed", 200, sent: signed("POST", credentials)),
    ]
    stage.service.policy = .authenticatedExceptGET
    print("Auth policy: only authenticated requests, and no GET")
    passed += try await [
      step("POST, signed", 200, sent: signed("POST", credentials)),
      step("GET, signed", 403, sent: signed("GET", credentials)),
    ]
    stage.service.policy = .authenticatedOnly
    print("Signatures that are wrong")
    passed += try await [
      step("GET, changed after it was signed", 403, sent: tampered(credentials)),
      step("GET, signed ten minutes ago", 403, sent: signed("GET", credentials, at: Date(timeIntervalSinceNow: -600))),
      step("GET, signed with another secret", 403, sent: signed("GET", credentials.withOtherSecret)),
    ]

    var shown = request("GET")
    let trace = try signer.sign(&shown, with: credentials)
    print("\nWhat is signed in a GET\n\(try SigningTrace.text(of: trace))\n")
    let count = passed.count { $0 }
    print("\(count) of \(passed.count) steps as expected")
    return count == passed.count
  }

  /// Sends a request, prints how it went in one line, and says whether that was expected.
  private func step(_ name: String, _ expected: Int, sent request: URLRequest) async throws -> Bool {
    let answer = try await HTTPExchange.send(request)
    let passed = answer.status == expected
    let verdict = passed ? "ok  " : "FAIL"
    let title = name.padding(toLength: 34, withPad: " ", startingAt: 0)
    let text = answer.text.replacingOccurrences(of: "\n", with: " ")
    print("  \(verdict) \(title) expected \(expected), got \(answer.status)  \(text)")
    return passed
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
