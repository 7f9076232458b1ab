import Testing

@testable import SigV4

/// The endpoint of STS (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
@Suite struct ConfiguredEndpointTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    /// The lines of the profile in use.
    var profile = ""
    var environment: [String: String] = [:]
    let url: String

    var testDescription: String { name }
  }

  private static let services = "services = local\n"
  private static let both = "endpoint_url = http://profile\n" + services

  static let rows = [
    Row(name: "nothing is set", url: "https://sts.us-west-2.amazonaws.com/"),
    Row(name: "the profile", profile: "endpoint_url = http://profile", url: "http://profile/"),
    Row(name: "the profile's services section", profile: services, url: "http://section/"),
    Row(name: "the section takes precedence over the profile", profile: both, url: "http://section/"),
    Row(
      name: "a section without STS", profile: "endpoint_url = http://profile\nservices = other", url: "http://profile/"),
    Row(name: "a section of that kind only", profile: "services = other", url: "https://sts.us-west-2.amazonaws.com/"),
    Row(
      name: "the environment is used before both", profile: both, environment: ["AWS_ENDPOINT_URL": "http://all"],
      url: "http://all/"),
    Row(
      name: "the environment's endpoint for STS takes precedence over all", profile: both,
      environment: ["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_STS": "http://own"], url: "http://own/"),
    Row(name: "blank is unset", profile: both, environment: ["AWS_ENDPOINT_URL": " "], url: "http://section/"),
    Row(
      name: "a path and slashes", environment: ["AWS_ENDPOINT_URL": "http://[::1]:4566/aws//"],
      url: "http://[::1]:4566/aws/"),
    Row(
      name: "the environment ignores all", profile: both,
      environment: [
        "AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_STS": "http://own",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE",
      ], url: "https://sts.us-west-2.amazonaws.com/"),
    Row(
      name: "the profile ignores all", profile: both + "ignore_configured_endpoint_urls = true",
      environment: ["AWS_ENDPOINT_URL": "http://all"], url: "https://sts.us-west-2.amazonaws.com/"),
    Row(
      name: "the environment takes precedence over ignore_configured_endpoint_urls",
      profile: both + "ignore_configured_endpoint_urls = true",
      environment: ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"], url: "http://section/"),
    Row(
      name: "another partition", environment: ["AWS_REGION": "eusc-de-east-1"],
      url: "https://sts.eusc-de-east-1.amazonaws.eu/"),
    Row(
      name: "the endpoint of all regions", environment: ["AWS_REGION": "aws-global"], url: "https://sts.amazonaws.com/"),
  ]

  private static let arn = "arn:aws:iam::123456789012:role/reservations"
  private static let sections = """
    [services local]
    s3 =
      endpoint_url = http://s3
    STS =
      other = http://other
      endpoint_url = http://section
    [services other]
    s3 =
      endpoint_url = http://s3
    [profile base]
    aws_access_key_id = AKIDEXAMPLE
    aws_secret_access_key = \(Planted.secret)

    """

  private static func files(_ profile: String) -> ProviderFiles {
    ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      switch path {
      case "/home/me/.aws/config": Array((sections + "[profile it]\n\(profile)\n").utf8)
      case "/token": Array("web-identity".utf8)
      default: throw .missing
      }
    }
  }

  private static func environment(_ more: [String: String]) -> [String: String] {
    ["HOME": "/home/me", "AWS_REGION": "us-west-2", "AWS_PROFILE": "it"].merging(more) { $1 }
  }

  /// The URL at which `provider` asks STS.
  private func url(
    _ provider: (RecordingTransport, ProviderClock) -> some CredentialProvider
  ) async throws -> (url: String?, headers: [HeaderField]) {
    let transport = RecordingTransport(status: 403)
    let error = await #expect(throws: CredentialError.self) {
      try await provider(transport, TestClock().clock).checkedCredentials()
    }
    #expect(error?.code == .badAnswer, "\(String(describing: error))")
    return (transport.requests.first?.url, transport.requests.first?.headers ?? [])
  }

  @Test(arguments: rows)
  func `a role of a profile is assumed at the endpoint that is set`(row: Row) async throws {
    let role = "role_arn = \(Self.arn)\nsource_profile = base\n"
    let asked = try await url { transport, clock in
      ProfileCredentialProvider(
        environment: Self.environment(row.environment), transport: transport, files: Self.files(role + row.profile),
        clock: clock)
    }
    #expect(asked.url == row.url)
    let authorization = try #require(asked.headers.first { $0.isNamed("authorization") }?.value)
    let region = row.environment["AWS_REGION"] ?? "us-west-2"
    #expect(authorization.contains("/\(region == "aws-global" ? "us-east-1" : region)/sts/"))
  }

  @Test(arguments: rows)
  func `a profile's token is exchanged there`(row: Row) async throws {
    let token = "role_arn = \(Self.arn)\nweb_identity_token_file = /token\n"
    let asked = try await url { transport, clock in
      ProfileCredentialProvider(
        environment: Self.environment(row.environment), transport: transport, files: Self.files(token + row.profile),
        clock: clock)
    }
    #expect(asked.url == row.url)
  }

  @Test(arguments: rows)
  func `and so are the environment's token and a role in code`(row: Row) async throws {
    let more = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": Self.arn].merging(row.environment) { $1 }
    let ofToken = try await url { transport, clock in
      WebIdentityCredentialProvider(
        environment: Self.environment(more), transport: transport, files: Self.files(row.profile), clock: clock)
    }
    #expect(ofToken.url == row.url)
    let ofRole = try await url { transport, clock in
      AssumeRoleCredentialProvider(
        .init(roleARN: Self.arn), endpoint: nil, source: StaticCredentialProvider(Planted.credentials),
        environment: Self.environment(row.environment), transport: transport, files: Self.files(row.profile),
        clock: clock)
    }
    #expect(ofRole.url == row.url)
  }

  @Test func `an endpoint in code takes precedence over all`() async throws {
    let environment = Self.environment(["AWS_ENDPOINT_URL_STS": "http://own", "AWS_ROLE_ARN": Self.arn])
    let ofToken = try await url { transport, clock in
      WebIdentityCredentialProvider(
        .init(tokenFile: "/token", endpoint: "http://code/"), environment: environment, transport: transport,
        files: Self.files(Self.both), clock: clock)
    }
    #expect(ofToken.url == "http://code/")
    let ofRole = try await url { transport, clock in
      AssumeRoleCredentialProvider(
        .init(roleARN: Self.arn), endpoint: "http://code", source: StaticCredentialProvider(Planted.credentials),
        environment: environment, transport: transport, files: Self.files(Self.both), clock: clock)
    }
    #expect(ofRole.url == "http://code/")
  }

  @Test(arguments: [
    (["AWS_ENDPOINT_URL": "localhost:4566"], "", "(AWS_ENDPOINT_URL)"),
    (["AWS_ENDPOINT_URL_STS": "http://h?x"], "", "(AWS_ENDPOINT_URL_STS)"),
    (["AWS_ENDPOINT_URL": "\"http://h\""], "", "AWS_ENDPOINT_URL has quotation marks"),
    ([:], "endpoint_url = \"http://h\"", "(endpoint_url)"),
    ([:], "services = local2", "no section [services local2]"),
    ([:], "services = broken\n[services broken]\nsts =\n endpoint_url = h", "endpoint_url of sts in [services broken]"),
  ])
  func `a wrong setting is named, and nothing is sent`(
    environment: [String: String], profile: String, words: String
  ) async throws {
    let transport = RecordingTransport(status: 403)
    let provider = ProfileCredentialProvider(
      environment: Self.environment(environment), transport: transport,
      files: Self.files("role_arn = \(Self.arn)\nsource_profile = base\n" + profile), clock: TestClock().clock)
    let error = try await provider.checkedError()
    #expect(error.code == .misconfigured)
    #expect(error.message.contains(words), "\(error)")
    #expect(transport.requests.isEmpty)
  }

  @Test(arguments: ["h", "ftp://h", "http://", "http://hush@h", "http://h?hush", "http://h#hush", "\"http://h"])
  func `an endpoint that isn't a base URL is reported in one sentence that names its setting`(url: String) async throws
  {
    typealias Metadata = InstanceMetadataCredentialProvider
    let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    let (instance, instanceURL) = ("instance metadata", "http://169.254.169.254")
    let (tokens, tokensURL) = ("STS", "https://sts.us-west-2.amazonaws.com")
    let source = StaticCredentialProvider(Credentials(accessKeyID: "a", secretAccessKey: "b"))
    let transport = RecordingTransport(status: 403)
    let role = { (endpoint: String?, environment: [String: String]) in
      AssumeRoleCredentialProvider(
        roleARN: Self.arn, source: source, region: "us-west-2", endpoint: endpoint, environment: environment,
        transport: transport)
    }
    let rows: [(any CredentialProvider, String, String, String)] = [
      (Metadata(endpoint: url, environment: [:], transport: transport), instance, "endpoint", instanceURL),
      (Metadata(environment: [variable: url], transport: transport), instance, variable, instanceURL),
      (role(url, [:]), tokens, "endpoint", tokensURL),
      (role(nil, ["AWS_ENDPOINT_URL_STS": url]), tokens, "AWS_ENDPOINT_URL_STS", tokensURL),
    ]
    for (provider, service, setting, example) in rows {
      let error = try await provider.checkedError()
      #expect(error.code == .misconfigured)
      #expect(
        error.message
          == "Invalid endpoint of \(service) (\(setting)): use a URL such as \(example), without quotation marks,"
          + " a user, a query or a fragment.")
    }
    #expect(transport.requests.isEmpty)
  }

  @Test func `an unreadable default config file doesn't prevent a token exchange`() async throws {
    let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      guard path == "/token" else { throw .unreadable }
      return Array("web-identity".utf8)
    }
    let environment = Self.environment([
      "AWS_PROFILE": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": Self.arn,
      "AWS_ENDPOINT_URL": "http://all",
    ])
    let asked = try await url { transport, clock in
      WebIdentityCredentialProvider(environment: environment, transport: transport, files: files, clock: clock)
    }
    #expect(asked.url == "http://all/")
  }
}
