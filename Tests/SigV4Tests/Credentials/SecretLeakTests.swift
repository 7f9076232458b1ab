import Foundation
import LocalAWS
import SigV4
import Testing

/// Secrets planted in every source.
///
/// The tests search everything that a program might print or log for them.
@Suite(.timeLimit(.minutes(10))) struct SecretLeakTests {
  @Test func `the environment's secrets aren't shown`() async throws {
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"]
    for present in 0..<(1 << names.count) {
      var environment: [String: String] = [:]
      for (index, name) in names.enumerated() where present >> index & 1 == 1 {
        environment[name] = name == "AWS_ACCESS_KEY_ID" ? "AKIDEXAMPLE" : Planted.mark
      }
      let provider = EnvironmentCredentialProvider(environment: environment)
      _ = try? await provider.checkedCredentials()
    }
  }

  @Test(
    arguments: [
      #"{"AccessKeyId":"a","SecretAccessKey":"MARK","Token":"MARK","Expiration":"MARK"}"#,
      #"{"AccessKeyId":"a","SecretAccessKey":"MARK","Token":7,"Expiration":"2030-03-17T17:46:40Z"}"#,
      #"{"AccessKeyId":"","SecretAccessKey":"MARK","Token":"MARK"}"#, #"{"SecretAccessKey":"MARK"#,
      #"["MARK"]"#, #""MARK""#, "MARK", #"{"SecretAccessKey":"MARK\uD800"}"#,
      #"{"SecretAccessKey":"MARK","SecretAccessKey":"MARK"}"#, #"{"MARK":"MARK","MARK":1}"#,
      #"{"AccessKeyId":"a","SecretAccessKey":"MARK","Token":"MARK","Expiration":"2030-03-17T17:46:40Z"}"#,
    ])
  func `a document's secrets aren't shown`(template: String) async throws {
    let document = template.replacing("MARK", with: Planted.mark)
    try await InstanceMetadataService.start(
      Instance(roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials)
    ).whileRunning { service async throws in
      service.faults = [.onCredentials(.answer(200, document))]
      let provider = InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      _ = try? await provider.checkedCredentials()
      // The session token and the body on their way.
      for header in service.server.requests("GET").flatMap(\.request.headers) where header.name.contains("token") {
        Planted.expectNoSecret(
          in: TransportRequest(url: "http://h/\(Planted.mark)?t=\(Planted.mark)", headers: [header]))
      }
      Planted.expectNoSecret(in: TransportResponse(status: 200, body: Array(document.utf8)))
      Planted.expectNoSecret(in: TransportRequest(method: "POST", url: "http://h/", body: Array(document.utf8)))
    }
  }

  @Test func `a program's arguments aren't shown`() async throws {
    for command in [
      "/nowhere/\u{0}\(Planted.mark)", "/nowhere/program \(Planted.mark)", "sh -c 'exit 1' \(Planted.mark)",
    ] {
      let provider = ProcessCredentialProvider(command: command)
      _ = try await provider.checkedError()
    }
  }

  @Test func `a static provider and its cache show no secret`() async throws {
    let provider = StaticCredentialProvider(Planted.credentials)
    let cache = provider.cached()
    _ = try await cache.checkedCredentials()
    Planted.expectNoSecret(in: provider)
    Planted.expectNoSecret(in: cache)
  }
}
