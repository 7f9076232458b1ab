import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

/// Secrets planted in every source, looked for in everything that a program might print or log.
@Suite(.timeLimit(.minutes(10))) struct SecretLeakTests {
  /// A part of every secret that is planted here.
  private static let mark = "pLaNtEd"

  private static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: "\(mark)/secret", sessionToken: "\(mark)/token",
    expiration: Date(timeIntervalSince1970: 1_900_000_000))

  /// All the texts that Swift makes of a value.
  static func texts(_ value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    let children = Mirror(reflecting: value).children.map { "\($0.value)" }.joined()
    return "\(value)" + String(reflecting: value) + dumped + children
      + ((value as? any Error)?.localizedDescription ?? "")
  }

  static func expectNoSecret(in value: Any) {
    #expect(!texts(value).contains(mark))
  }

  @Test func `the environment's secrets stay in`() async throws {
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"]
    for present in 0..<(1 << names.count) {
      var environment: [String: String] = [:]
      for (index, name) in names.enumerated() where present >> index & 1 == 1 {
        environment[name] = name == "AWS_ACCESS_KEY_ID" ? "AKIDEXAMPLE" : Self.mark
      }
      let provider = EnvironmentCredentialProvider(environment: environment)
      Self.expectNoSecret(in: provider)
      do {
        Self.expectNoSecret(in: try await provider.credentials())
      } catch {
        Self.expectNoSecret(in: error)
      }
    }
  }

  // One row after the other: hundreds at once would keep each other, and all other tests, waiting.
  @Test(.serialized, arguments: FaultTable.rows)
  func `the service's secrets stay in, whatever goes wrong`(row: FaultTableRow) async throws {
    // The credentials of the row's own documents are no secrets here; the stand-in's, cut at every place, are.
    var instance = Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials)
    row.instance(&instance)
    try await InstanceMetadataService.start(instance).whileRunning { service async throws in
      service.faults = row.faults
      let provider = row.provider(of: service)
      let reported = Mutex<[any Error]>([])
      let cache = CachedCredentialProvider(provider, onFailure: { error in reported.withLock { $0.append(error) } })
      do {
        Self.expectNoSecret(in: try await cache.credentials())
      } catch {
        Self.expectNoSecret(in: error)
      }
      for error in reported.withLock({ $0 }) { Self.expectNoSecret(in: error) }
      Self.expectNoSecret(in: cache)
      Self.expectNoSecret(in: provider)
    }
  }

  @Test(arguments: [
    #"{"AccessKeyId":"a","SecretAccessKey":"pLaNtEd","Token":"pLaNtEd","Expiration":"pLaNtEd"}"#,
    #"{"AccessKeyId":"a","SecretAccessKey":"pLaNtEd","Token":7,"Expiration":"2030-03-17T17:46:40Z"}"#,
    #"{"AccessKeyId":"","SecretAccessKey":"pLaNtEd","Token":"pLaNtEd"}"#, #"{"SecretAccessKey":"pLaNtEd"#,
    #"["pLaNtEd"]"#, #""pLaNtEd""#, "pLaNtEd", #"{"SecretAccessKey":"pLaNtEd\uD800"}"#,
    #"{"AccessKeyId":"a","SecretAccessKey":"pLaNtEd","Token":"pLaNtEd","Expiration":"2030-03-17T17:46:40Z"}"#,
  ])
  func `a document's secrets stay in`(document: String) async throws {
    try await InstanceMetadataService.start(
      Instance(roleName: FaultTableRow.roleName, credentials: Self.credentials)
    ).whileRunning { service async throws in
      service.faults = [.onCredentials(.answer(200, document))]
      let provider = InstanceMetadataProvider(endpoint: service.baseURL, timeout: patience, environment: [:])
      do {
        Self.expectNoSecret(in: try await provider.credentials())
      } catch {
        Self.expectNoSecret(in: error)
      }
      Self.expectNoSecret(in: provider)
      // The session token and the body on their way.
      for header in service.server.requests("GET").flatMap(\.request.headers) where header.name.contains("token") {
        Self.expectNoSecret(in: TransportRequest(url: "http://h/\(Self.mark)?t=\(Self.mark)", headers: [header]))
      }
      Self.expectNoSecret(in: TransportResponse(status: 200, body: Array(document.utf8)))
      Self.expectNoSecret(in: TransportRequest(method: "POST", url: "http://h/", body: Array(document.utf8)))
    }
  }

  @Test func `a program's arguments stay in`() async throws {
    for command in ["/nowhere/\u{0}\(Self.mark)", "/nowhere/program \(Self.mark)", "sh -c 'exit 1' \(Self.mark)"] {
      let provider = ProcessCredentialProvider(command: command)
      Self.expectNoSecret(in: provider)
      let error = try #require(await #expect(throws: CredentialError.self) { try await provider.credentials() })
      Self.expectNoSecret(in: error)
    }
  }

  @Test func `a static provider and its cache keep theirs`() async throws {
    let provider = StaticCredentialProvider(Self.credentials)
    let cache = provider.cached()
    _ = try await cache.credentials()
    Self.expectNoSecret(in: provider)
    Self.expectNoSecret(in: cache)
  }
}
