import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

/// The order of providers: which error lets the chain continue, which one ends it, and which provider is queried first later.
@Suite(.timeLimit(.minutes(10))) struct CredentialChainTests {
  private static let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: Planted.secret)

  /// A provider that returns a given result and counts its calls.
  private final class Scripted: CredentialProvider {
    private let state: Mutex<(answers: [Result<Credentials, any Error>], count: Int)>
    init(_ answers: Result<Credentials, any Error>...) { state = Mutex((answers, 0)) }
    var count: Int { state.withLock { $0.count } }
    func credentials() async throws -> Credentials {
      try state.withLock { state in
        state.count += 1
        return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
      }.get()
    }
  }

  private static func failure(_ code: CredentialError.Code, _ message: String = "no") -> Result<Credentials, any Error>
  {
    .failure(CredentialError(code, message))
  }

  @Test(arguments: [CredentialError.Code.notConfigured, .notAvailable])
  func `if a provider has no credentials, the chain queries the next one`(code: CredentialError.Code) async throws {
    let last = Scripted(.success(Self.credentials))
    let chain = CredentialChain([Scripted(Self.failure(code)), last])
    #expect(try await chain.checkedCredentials() == Self.credentials)
  }

  @Test(arguments: [CredentialError.Code.misconfigured, .unreachable, .timedOut, .badAnswer])
  func `a configured provider that fails ends the chain`(code: CredentialError.Code) async throws {
    let last = Scripted(.success(Self.credentials))
    let chain = CredentialChain([Scripted(Self.failure(.notConfigured)), Scripted(Self.failure(code, "broken")), last])
    let error = await #expect(throws: CredentialError.self) { try await chain.checkedCredentials() }
    #expect(error == CredentialError(code, "broken"))
    #expect(last.count == 0)
  }

  #if os(Linux)
    @Test func `if instance metadata is unreachable, the chain queries the next provider`() async throws {
      let unanswering = try UnansweringPort()
      let metadata = InstanceMetadataCredentialProvider(
        endpoint: unanswering.baseURL, timeout: .milliseconds(100), environment: [:])
      let chain = CredentialChain([metadata, Scripted(.success(Self.credentials))])
      #expect(try await chain.checkedCredentials() == Self.credentials)
    }
  #endif

  @Test func `if every provider fails, the error lists each with its reason`() async throws {
    let chain = CredentialChain([
      EnvironmentCredentialProvider(environment: [:]), Scripted(Self.failure(.timedOut, "It didn't answer.")),
    ])
    let error = await #expect(throws: CredentialError.self) { try await chain.checkedCredentials() }
    #expect(error?.code == .timedOut)
    #expect(
      error?.message
        == "No provider has credentials: configure one of these. EnvironmentCredentialProvider: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY aren't set."
        + " Scripted: It didn't answer.")
  }

  @Test func `no failure is permanent`() async throws {
    let first = Scripted(Self.failure(.notConfigured), .success(Self.credentials))
    let chain = CredentialChain([first])
    await #expect(throws: CredentialError.self) { try await chain.checkedCredentials() }
    #expect(try await chain.checkedCredentials() == Self.credentials)
  }

  @Test func `later calls query the successful provider first, until it fails`() async throws {
    let first = Scripted(Self.failure(.notAvailable))
    let second = Scripted(.success(Self.credentials), .success(Self.credentials), Self.failure(.badAnswer))
    let chain = CredentialChain([first, second])
    for _ in 0..<2 { _ = try await chain.checkedCredentials() }
    #expect((first.count, second.count) == (1, 2))
    for _ in 0..<2 { await #expect(throws: CredentialError.self) { try await chain.checkedCredentials() } }
    #expect((first.count, second.count) == (2, 4))
  }

  @Test func `if the successful provider's source disappears, the chain queries the others`() async throws {
    let first = Scripted(Self.failure(.notConfigured), .success(Self.credentials))
    let second = Scripted(.success(Self.credentials), Self.failure(.notAvailable))
    let chain = CredentialChain([first, second])
    for _ in 0..<2 { _ = try await chain.checkedCredentials() }
    #expect((first.count, second.count) == (2, 2))
  }

  @Test func `a cancellation and another type's error are thrown unchanged`() async throws {
    struct Stranger: Error {}
    let last = Scripted(.success(Self.credentials))
    await #expect(throws: CancellationError.self) {
      try await CredentialChain([Scripted(.failure(CancellationError())), last]).checkedCredentials()
    }
    await #expect(throws: Stranger.self) {
      try await CredentialChain([Scripted(.failure(Stranger())), last]).checkedCredentials()
    }
    #expect(last.count == 0)
    await #expect(throws: CredentialError.self) { try await CredentialChain([]).checkedCredentials() }
  }

  @Test(arguments: ["config", "credentials"])
  func `the chain skips an unreadable shared file, unless a profile is named`(name: String) async throws {
    let container = try await ContainerCredentialsService.start(.init(credentials: Planted.credentials))
    try await container.whileRunning { container async throws in
      // A directory, which no user can read as a file.
      let home = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try FileManager.default.createDirectory(
        at: home.appending(path: ".aws/\(name)"), withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: home) }
      var environment = ["HOME": home.path(), "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url]
      let chain = CredentialChain(environment: environment, transport: PatientTransport())
      #expect(try await chain.checkedCredentials().accessKeyID == Planted.credentials.accessKeyID)
      environment["AWS_PROFILE"] = "default"
      for chain in [
        CredentialChain(environment: environment, transport: PatientTransport()),
        CredentialChain(
          profile: "default", environment: ["HOME": home.path(), "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url],
          transport: PatientTransport()),
      ] {
        let error = try await chain.checkedError()
        #expect(error.code == .unreachable && error.message.contains(".aws/\(name)"), "\(error)")
      }
    }
  }

  @Test func `the default chain queries its providers in the order of the SDKs`() async throws {
    let metadata = try await InstanceMetadataService.start(
      Instance(
        roleName: "r",
        credentials: Credentials(accessKeyID: "I", secretAccessKey: Planted.secret, sessionToken: Planted.token)))
    let container = try await ContainerCredentialsService.start(
      .init(credentials: Credentials(accessKeyID: "C", secretAccessKey: Planted.secret, sessionToken: Planted.token)))
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "credentials")
    try "[default]\naws_access_key_id = P\naws_secret_access_key = \(Planted.secret)\n".write(
      to: file, atomically: true, encoding: .utf8)
    let role = "arn:aws:iam::123456789012:role/reservations"
    let token = folder.appending(path: "token")
    try Planted.token.write(to: token, atomically: true, encoding: .utf8)
    let service = try await SecurityTokenService.start(
      .init(
        arn: role,
        credentials: Credentials(accessKeyID: "W", secretAccessKey: Planted.secret, sessionToken: Planted.token)))

    var environment = [
      "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": Planted.secret, "AWS_SHARED_CREDENTIALS_FILE": file.path(),
      "AWS_WEB_IDENTITY_TOKEN_FILE": token.path(), "AWS_ROLE_ARN": role, "AWS_ENDPOINT_URL_STS": service.baseURL,
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url, "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.baseURL,
      "AWS_METADATA_SERVICE_TIMEOUT": "300",
    ]
    let steps = [
      ("E", "AWS_ACCESS_KEY_ID"), ("P", "AWS_SHARED_CREDENTIALS_FILE"), ("W", "AWS_WEB_IDENTITY_TOKEN_FILE"),
      ("C", "AWS_CONTAINER_CREDENTIALS_FULL_URI"), ("I", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
    ]
    for (index, (id, variable)) in steps.enumerated() {
      let chain = CredentialChain(environment: environment, transport: PatientTransport())
      #expect(try await chain.checkedCredentials().accessKeyID == id)
      #expect(await chain.explain().count == index + 1)
      environment[variable] = nil
      if variable == "AWS_ACCESS_KEY_ID" { environment["AWS_SECRET_ACCESS_KEY"] = nil }
    }
    for local in [metadata, container, service] as [any LocalService] { await local.stop() }
  }

  @Test func `a profile in code takes precedence over the environment's keys, and AWS_PROFILE doesn't`() async throws {
    let keys = [
      "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": Planted.secret, "HOME": "/nowhere",
      "AWS_PROFILE": "reservations",
    ]
    let error = await #expect(throws: CredentialError.self) {
      try await CredentialChain(profile: "reservations", environment: keys).checkedCredentials()
    }
    #expect(error?.code == .misconfigured)
    #expect(error?.message.contains("reservations") == true)
    #expect(try await CredentialChain(environment: keys).checkedCredentials().accessKeyID == "E")
  }

  @Test func `a thousand callers of a cached chain cause one fetch`() async throws {
    let metadata = try await InstanceMetadataService.start(
      Instance(
        roleName: "r",
        credentials: Credentials(accessKeyID: "I", secretAccessKey: Planted.secret, sessionToken: Planted.token)))
    try await metadata.whileRunning { metadata async throws in
      let chain = CredentialChain(environment: [
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.baseURL, "AWS_METADATA_SERVICE_TIMEOUT": "300",
      ]).cached()
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<1000 { group.addTask { try await chain.checkedCredentials().accessKeyID } }
        for try await id in group { #expect(id == "I") }
      }
      #expect(metadata.server.requests().count == 3)
    }
  }
}
