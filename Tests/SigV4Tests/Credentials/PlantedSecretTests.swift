import Foundation
import LocalAWS
import SigV4
import Synchronization
import Testing

/// One mark in every source at once.
///
/// The tests search everything that is shown for it, for each fault.
@Suite(.timeLimit(.minutes(10))) struct PlantedSecretTests {
  private static let mark = Planted.mark
  /// Every token and every secret key, so that a service may quote any of them.
  private static let secret = Planted.secret
  /// The secret whole, in parts, and as it may be written on its way.
  private static let echoes: String = {
    let bytes = Data(secret.utf8)
    return [
      secret, String(secret.prefix(8)), String(secret.suffix(8)), secret.uppercased(),
      secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "", bytes.base64EncodedString(),
      Data("Bearer \(secret)".utf8).base64EncodedString(), secret.replacing("/", with: "\\/"),
      bytes.map { String(format: "%02X", $0) }.joined(),
    ].joined(separator: " ")
  }()
  private static let credentials = Credentials(
    accessKeyID: "ASIAEXAMPLE", secretAccessKey: secret, sessionToken: secret,
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")
  private static let role = "arn:aws:iam::123456789012:role/reservations"

  private static let quoting: [Fault] = [
    .answer(ContainerCredentialsService.failure(403, "Denied", "no \(echoes)")),
    .answer(SecurityTokenService.failure(403, "AccessDenied", "no \(echoes)")),
    .answer(SecurityTokenService.failure(500, "InternalFailure", echoes)),
  ]
  private static let documents: [Fault] = [
    secret, "", #"{"AccessKeyId":"a","SecretAccessKey":"\#(secret)","Token":"\#(secret)","Expiration":"\#(secret)"}"#,
    #"{"AccessKeyId":"a","SecretAccessKey":"\#(secret)","Token":7}"#, #"["\#(secret)"]"#,
    "<R><AssumeRoleResult><Credentials><SecretAccessKey>\(secret)</SecretAccessKey></Credentials></AssumeRoleResult></R>",
  ].map { .answer(200, $0) }
  private static let unanswered: [Fault] = [.silent, .stalled(afterBodyBytes: 4)]
  static let faults: [Fault] =
    [.asUsual, .chunked, .closed, .reset, .endless, .truncated(afterBodyBytes: 40)]
    + [400, 401, 403, 404, 405, 429, 500].map { .answer($0, secret) } + quoting + documents + unanswered
    + [.redirect(to: "http://127.0.0.1:1/\(mark)")]

  /// The shared files and the tokens' files.
  private static let files = [
    "/config": """
    [profile process]
    credential_process = sh -c 'echo "$AWS_SESSION_TOKEN"; echo "$AWS_SESSION_TOKEN" >&2' \(mark)
    [profile failing]
    credential_process = sh -c 'echo "$AWS_SESSION_TOKEN"; exit 1' \(mark)
    [profile missing]
    credential_process = /nowhere/program \(mark)
    [profile half]
    aws_secret_access_key = \(mark)
    [profile role]
    role_arn = \(role)
    source_profile = keys
    """,
    "/credentials": """
    [keys]
    aws_access_key_id = ASIAEXAMPLE
    aws_secret_access_key = \(secret)
    aws_session_token = \(secret)
    """,
    "/token": secret,
  ]

  /// The texts that the providers, their caches and a chain show.
  private final class Shown: Sendable {
    private let state = Mutex<[String]>([])
    var texts: [String] { state.withLock { $0 } }

    func add(_ value: Any) {
      let text = Planted.texts(value)
      state.withLock { $0.append(text) }
    }
  }

  // One fault after the other: all at once would delay each other and all other tests.
  @Test(.serialized, arguments: faults.map(Unmarked.init))
  func `no source shows its secrets, for any fault`(unmarked: Unmarked<Fault>) async throws {
    let fault = unmarked.value
    let metadata = try await InstanceMetadataService.start(Instance(roleName: "r", credentials: Self.credentials))
    let container = try await ContainerCredentialsService.start(
      .init(credentials: Self.credentials, authorization: Self.secret, target: "/\(Self.secret)?id=\(Self.mark)"))
    let service = try await SecurityTokenService.start(
      .init(arn: Self.role, webIdentityToken: Self.secret, caller: Self.credentials, credentials: Self.credentials))
    metadata.faults = [.always(fault)]
    container.faults = [.always(fault)]
    service.faults = [.always(fault)]
    let environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": Self.secret, "AWS_SESSION_TOKEN": Self.secret,
      "AWS_REGION": "us-west-2", "AWS_ENDPOINT_URL_STS": service.baseURL,
      "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": Self.role,
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": Self.secret,
    ]
    let shown = Shown()
    var works = 0
    for provider in providers(environment, metadata, isAnswered: !Self.unanswered.contains(fault)) {
      let cache = CachedCredentialProvider(provider, onFailure: { shown.add($0) }, clock: TestClock().clock)
      let chain = CredentialChain([cache])
      do {
        let credentials = try await chain.checkedCredentials()
        works += credentials.secretAccessKey.contains(Self.mark) ? 1 : 0
        shown.add(credentials)
      } catch {
        shown.add(error)
      }
      for attempt in await chain.explain() { shown.add(attempt) }
      for value in [provider, cache, chain] as [any CredentialProvider] { shown.add(value) }
    }
    #expect(works == (fault == .asUsual || fault == .chunked ? 6 : 2), "the mark is in every source")
    #expect(!shown.texts.contains { Planted.tells($0) })
    for local in [metadata, container, service] as [any LocalService] { await local.stop() }
  }

  private func providers(
    _ environment: [String: String], _ metadata: InstanceMetadataService, isAnswered: Bool
  ) -> [any CredentialProvider] {
    let transport = PatientTransport(firstByte: isAnswered ? patience : .milliseconds(200))
    let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      guard let text = Self.files[path] else { throw .missing }
      return Array(text.utf8)
    }
    // The real time, which the stand-in for STS uses, without pauses.
    let clock = ProviderClock(sleep: { _ in try Task.checkCancellation() })
    let profiles = ["keys", "process", "failing", "missing", "half", "role"].map { name in
      ProfileCredentialProvider(
        profile: name, configFile: "/config", credentialsFile: "/credentials", environment: environment,
        transport: transport, files: files, clock: clock)
    }
    return profiles + [
      EnvironmentCredentialProvider(environment: environment),
      EnvironmentCredentialProvider(environment: ["AWS_SECRET_ACCESS_KEY": Self.mark]),
      WebIdentityCredentialProvider(environment: environment, transport: transport, files: files, clock: clock),
      ContainerCredentialProvider(environment: environment, transport: transport, files: files, clock: clock),
      InstanceMetadataCredentialProvider(
        endpoint: metadata.baseURL, timeout: patience, environment: [:], transport: transport, clock: clock),
    ]
  }
}
