import Foundation
import LocalAWS
import SigV4
import Testing

/// Profiles with keys, roles, sources and programs, queried as by a user.
@Suite(.timeLimit(.minutes(10))) struct ProfileCredentialProviderTests {
  private static let arn = "arn:aws:iam::123456789012:role/reservations"
  private static let keys = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: Planted.secret, sessionToken: Planted.token)
  private static let assumed = Credentials(
    accessKeyID: "ASIAASSUMED", secretAccessKey: "\(Planted.mark)/assumed",
    sessionToken: "\(Planted.mark)/assumed-token",
    expiration: Date(timeIntervalSince1970: 1_900_000_000), accountID: "123456789012")
  private static let keyLines = """
    aws_access_key_id = AKIDEXAMPLE
    aws_secret_access_key = \(Planted.secret)
    aws_session_token = \(Planted.token)

    """

  private func provider(
    _ profile: String? = nil, config: String? = nil, credentials: String? = nil, _ environment: [String: String] = [:]
  ) -> ProfileCredentialProvider {
    let environment = ["HOME": "/home/me", "AWS_REGION": "us-west-2"].merging(environment) { $1 }
    let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      switch path {
      case "/home/me/.aws/config", "/elsewhere/config": if let config { return Array(config.utf8) }
      case "/home/me/.aws/credentials", "/elsewhere/credentials": if let credentials { return Array(credentials.utf8) }
      case "/token": return Array("web-identity".utf8)
      case "/unreadable": throw .unreadable
      default: break
      }
      throw .missing
    }
    return ProfileCredentialProvider(
      profile: profile, environment: environment, transport: PatientTransport(), files: files,
      clock: ProviderClock())
  }

  @Test(arguments: [
    [:], ["AWS_SHARED_CREDENTIALS_FILE": "/elsewhere/credentials", "HOME": ""], ["AWS_PROFILE": "default"],
  ])
  func `keys in the credentials file are read`(environment: [String: String]) async throws {
    let provider = provider(credentials: "[default]\n" + Self.keyLines, environment)
    #expect(try await provider.checkedCredentials() == Self.keys)
  }

  @Test func `the parameter takes precedence over AWS_PROFILE, and AWS_PROFILE over default`() async throws {
    let config =
      "[profile a]\n" + Self.keyLines
      + "[profile b]\naws_access_key_id = AKIDB\naws_secret_access_key = \(Planted.secret)\n[default]\n"
    #expect(try await provider("a", config: config, ["AWS_PROFILE": "b"]).checkedCredentials() == Self.keys)
    #expect(try await provider(config: config, ["AWS_PROFILE": "b"]).checkedCredentials().accessKeyID == "AKIDB")
    let error = await #expect(throws: CredentialError.self) { try await provider(config: config).checkedCredentials() }
    #expect(error?.code == .notConfigured)
  }

  @Test(arguments: ["", " ", "\t\n"])
  func `an empty profile name in code is an error, and an empty AWS_PROFILE is unset`(name: String) async throws {
    let config = "[default]\n" + Self.keyLines
    let keys = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": Planted.secret]
    let providers: [any CredentialProvider] = [
      provider(name, config: config), provider(name, config: config, ["AWS_PROFILE": "default"]),
      CredentialChain(profile: name, environment: keys), CachedCredentialProvider.profile(name),
    ]
    for provider in providers {
      let error = try await provider.checkedError()
      #expect(error.code == .misconfigured)
      #expect(error.message.contains("The name of the profile (profile) is empty: pass"), "\(error)")
    }
    #expect(try await provider(config: config, ["AWS_PROFILE": name]).checkedCredentials() == Self.keys)
  }

  @Test(arguments: [
    ([:], CredentialError.Code.notConfigured, "AWS_PROFILE isn't set"),
    (["HOME": ""], .notConfigured, "HOME isn't set"),
    (
      ["AWS_PROFILE": "absent"], .misconfigured,
      #"no profile "absent" in "/home/me/.aws/config" or "/home/me/.aws/credentials""#
    ),
    (["AWS_CONFIG_FILE": "/unreadable"], .notAvailable, #""/unreadable" can't be read"#),
    (["AWS_SHARED_CREDENTIALS_FILE": "/unreadable"], .notAvailable, "can't be read"),
    (["AWS_CONFIG_FILE": "/unreadable", "AWS_PROFILE": "default"], .unreachable, "can't be read"),
    (["AWS_PROFILE": #""default""#], .misconfigured, "AWS_PROFILE has quotation marks"),
    (["AWS_CONFIG_FILE": "'/elsewhere/config'"], .misconfigured, "AWS_CONFIG_FILE has quotation marks"),
  ])
  func `a missing file or profile is named`(
    environment: [String: String], code: CredentialError.Code, words: String
  ) async throws {
    let error = try await provider(nil, environment).checkedError()
    #expect(error.code == code)
    #expect(error.message.contains(words), "\(error)")
  }

  private func provider(_ profile: String?, _ environment: [String: String]) -> ProfileCredentialProvider {
    provider(profile, config: nil, credentials: nil, environment)
  }

  @Test func `a role is assumed with the keys of its source, each with its own signature`() async throws {
    let service = try await SecurityTokenService.start(
      SecurityTokenService.Role(arn: Self.arn, caller: Self.keys, externalID: "id", credentials: Self.assumed))
    try await service.whileRunning { service async throws in
      let config = """
        [profile role]
        role_arn = \(Self.arn)
        source_profile = base
        external_id = id
        role_session_name = name
        duration_seconds = 900
        [profile base]
        \(Self.keyLines)
        """
      let provider = provider("role", config: config, ["AWS_ENDPOINT_URL_STS": service.baseURL])
      #expect(try await provider.checkedCredentials() == Self.assumed)
      let form = try #require(service.forms.first)
      #expect(form["DurationSeconds"] == "900" && form["RoleSessionName"] == "name" && form["ExternalId"] == "id")
    }
  }

  @Test(arguments: [
    ("aws_access_key_id = a\naws_secret_access_key = keys", CredentialError.Code.badAnswer, "403"),
    ("role_arn = \(arn)\nsource_profile = p0\n", .misconfigured, "is in a cycle"),
    ("region = us-west-2", .misconfigured, #"The profile "p12000" is a source_profile"#),
  ])
  func `12,000 profiles, each with the next one as its source, are read like a short list`(
    last: String, code: CredentialError.Code, words: String
  ) async throws {
    let profiles = (0..<12_000).map { "[profile p\($0)]\nrole_arn = \(Self.arn)\nsource_profile = p\($0 + 1)\n" }
    let config = profiles.joined() + "[profile p12000]\n" + last
    let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      guard path == "/home/me/.aws/config" else { throw .missing }
      return Array(config.utf8)
    }
    let transport = RecordingTransport(status: 403)
    let provider = ProfileCredentialProvider(
      profile: "p0", environment: ["HOME": "/home/me", "AWS_REGION": "us-west-2"], transport: transport, files: files,
      clock: TestClock().clock)
    let error = try await provider.checkedError()
    #expect(error.code == code && error.message.contains(words), "\(error)")
    #expect(transport.requests.count == (code == .badAnswer ? 1 : 0))
  }

  @Test(arguments: [
    "aws_access_key_id = 'a'\naws_secret_access_key = b", "aws_access_key_id = a\naws_secret_access_key = \"b\"",
    "aws_access_key_id = a\naws_secret_access_key = b\naws_session_token = 'c'",
    "role_arn = \"\(arn)\"\nsource_profile = p", "role_arn = \(arn)\nsource_profile = 'p'",
    "role_arn = \(arn)\ncredential_source = 'Environment'",
    "role_arn = \(arn)\nweb_identity_token_file = \"/token\"",
  ])
  func `quotation marks around a value of a profile are named`(lines: String) async throws {
    let error = try await provider(credentials: "[default]\n\(lines)\n[p]\n" + Self.keyLines).checkedError()
    #expect(error.code == .misconfigured)
    #expect(error.message.hasPrefix(#"The profile "default" has quotation marks around its "#), "\(error)")
  }

  @Test func `a profile with a space in its name is found as aws configure writes it`() async throws {
    let provider = provider(
      "Foo Bar", config: "[profile 'Foo Bar']\nregion = us-west-2\n", credentials: "[Foo Bar]\n" + Self.keyLines)
    #expect(try await provider.checkedCredentials() == Self.keys)
  }

  @Test func `the region of the profile is used if the environment has none`() async throws {
    let service = try await SecurityTokenService.start(
      SecurityTokenService.Role(arn: Self.arn, caller: Self.keys, credentials: Self.assumed))
    try await service.whileRunning { service async throws in
      let config = "[default]\nrole_arn = \(Self.arn)\nsource_profile = default\n\(Self.keyLines)"
      let environment = ["AWS_ENDPOINT_URL_STS": service.baseURL, "AWS_REGION": ""]
      let error = await #expect(throws: CredentialError.self) {
        try await provider(config: config, environment).checkedCredentials()
      }
      #expect(error?.message.contains("region") == true)
      let regional = provider(config: config + "region = eu-central-1\n", environment)
      #expect(try await regional.checkedCredentials() == Self.assumed)
      let authorization = service.server.requests().last?.request.headers.first { $0.isNamed("authorization") }
      #expect(authorization?.value.contains("/eu-central-1/sts/") == true)
    }
  }

  @Test(arguments: ["Ec2InstanceMetadata", "EcsContainer", "Environment"])
  func `a role is assumed with a source by name`(source: String) async throws {
    let service = try await SecurityTokenService.start(
      SecurityTokenService.Role(arn: Self.arn, caller: Self.keys, credentials: Self.assumed))
    let metadata = try await InstanceMetadataService.start(Instance(roleName: "r", credentials: Self.keys))
    let container = try await ContainerCredentialsService.start(.init(credentials: Self.keys))
    let provider = provider(
      config: "[default]\nrole_arn = \(Self.arn)\ncredential_source = \(source)\n",
      [
        "AWS_ENDPOINT_URL_STS": service.baseURL, "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.baseURL,
        "AWS_METADATA_SERVICE_TIMEOUT": "300", "AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url,
        "AWS_ACCESS_KEY_ID": Self.keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": Self.keys.secretAccessKey,
        "AWS_SESSION_TOKEN": Self.keys.sessionToken ?? "",
      ])
    #expect(try await provider.checkedCredentials() == Self.assumed)
    #expect((metadata.server.connectionCount > 0) == (source == "Ec2InstanceMetadata"))
    #expect((container.server.connectionCount > 0) == (source == "EcsContainer"))
    for local in [service, metadata, container] as [any LocalService] { await local.stop() }
  }

  @Test func `a web identity token is exchanged, and its role may assume another`() async throws {
    let service = try await SecurityTokenService.start(
      SecurityTokenService.Role(
        arn: Self.arn, webIdentityToken: "web-identity", caller: Self.assumed, credentials: Self.assumed))
    try await service.whileRunning { service async throws in
      let config = """
        [default]
        role_arn = \(Self.arn)
        source_profile = token
        [profile token]
        role_arn = \(Self.arn)
        web_identity_token_file = /token
        """
      let provider = provider(config: config, ["AWS_ENDPOINT_URL_STS": service.baseURL])
      #expect(try await provider.checkedCredentials() == Self.assumed)
      let actions = service.forms.map { $0["Action"] }
      #expect(actions == ["AssumeRoleWithWebIdentity", "AssumeRole"])
    }
  }

  @Test func `a process is run`() async throws {
    let config = """
      [default]
      credential_process = sh -c 'echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"a\\",\\"SecretAccessKey\\":\\"$MARK\\"}"'
      """
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let provider = provider(config: config, ["PATH": path, "MARK": Planted.secret])
    #expect(try await provider.checkedCredentials() == Credentials(accessKeyID: "a", secretAccessKey: Planted.secret))
  }

  @Test(
    arguments: [
      "[default]\n" + keyLines, "[default]\naws_secret_access_key = \(Planted.mark)\n",
      "[default]\naws_secret_access_key \(Planted.mark)\n",
      "[default]\n \(Planted.mark)\n", "\(Planted.mark)",
      "[default]\naws_access_key_id = a\naws_secret_access_key = \n  \(Planted.mark)\n",
      "[default]\naws_access_key_id = a\naws_session_token = \(Planted.mark)\n",
      "[default]\nrole_arn = x\nsource_profile = b\n[b]\n" + keyLines,
      "[default]\ncredential_process = sh -c 'echo \(Planted.mark); exit 1'\n",
      "[default]\ncredential_process = '\(Planted.mark)\n",
      "[default]\ncredential_process = sh -c 'echo \(Planted.mark) >&2' \(Planted.mark)\n",
      "[default]\nrole_arn = \(arn)\nsource_profile = default\nmfa_serial = m\n" + keyLines,
    ].map(Unmarked.init))
  func `the secrets of a file and of a program aren't shown`(file: Unmarked<String>) async throws {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let provider = provider(credentials: file.value, ["PATH": path, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"])
    let chain = CredentialChain([provider])
    for attempt in await chain.explain() { Planted.expectNoSecret(in: attempt) }
    _ = try? await chain.checkedCredentials()
    Planted.expectNoSecret(in: provider)
  }
}
