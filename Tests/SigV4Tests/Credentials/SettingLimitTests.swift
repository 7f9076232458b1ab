import Testing

@testable import SigV4

/// The error for a setting that is longer than any of AWS's names the setting, and never contains its value.
struct SettingLimitTests {
  private static let tooLong = String(repeating: Planted.secret + "/", count: 2000)
  private static let longest = String(repeating: "x", count: 20_000)
  private static let role = "arn:aws:iam::123456789012:role/reservations"

  private static let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
    switch path {
    case "/token": Array(tooLong.utf8)
    case "/longest-token": Array(longest.utf8)
    case "/home/me/.aws/config":
      Array("[default]\naws_access_key_id = a\naws_secret_access_key = b\naws_session_token = \(tooLong)".utf8)
    default: throw .missing
    }
  }

  private static let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
  private static let container = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"]

  private static func container(_ environment: [String: String]) -> ContainerCredentialProvider {
    ContainerCredentialProvider(
      environment: container.merging(environment) { $1 }, transport: RecordingTransport(status: 400), files: files,
      clock: TestClock().clock)
  }

  /// Providers with one setting that is too long, and a part of their errors.
  private static let providers: [(provider: any CredentialProvider, words: String)] = [
    (
      EnvironmentCredentialProvider(environment: keys.merging(["AWS_SESSION_TOKEN": tooLong]) { $1 }),
      "The value of AWS_SESSION_TOKEN is \(tooLong.utf8.count) bytes long"
    ),
    (container(["AWS_CONTAINER_AUTHORIZATION_TOKEN": tooLong]), "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    (container(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"]), "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    (
      WebIdentityCredentialProvider(
        tokenFile: "/token", roleARN: role, environment: ["AWS_REGION": "us-west-2"],
        transport: RecordingTransport(status: 400), files: files, clock: TestClock().clock), "web identity token"
    ),
    (
      ProfileCredentialProvider(
        environment: ["HOME": "/home/me"], transport: RecordingTransport(status: 400), files: files,
        clock: TestClock().clock), "aws_session_token of \(tooLong.utf8.count) bytes"
    ),
    (
      AssumeRoleCredentialProvider(
        roleARN: role, source: StaticCredentialProvider(Planted.credentials), externalID: tooLong, region: "us-west-2",
        environment: [:], transport: RecordingTransport(status: 400)), "external ID"
    ),
    (
      AssumeRoleCredentialProvider(
        roleARN: role, source: StaticCredentialProvider(Planted.credentials), externalID: "x", region: "us-west-2",
        environment: [:], transport: RecordingTransport(status: 400)), "external ID"
    ),
  ]

  @Test(arguments: providers.indices)
  func `the error for a setting that is too long or too short names it`(index: Int) async throws {
    let error = try await Self.providers[index].provider.checkedError()
    #expect(error.code == .misconfigured || error.code == .unreachable)
    #expect(error.message.contains(Self.providers[index].words), "\(error)")
  }

  @Test func `the longest setting is sent`() async throws {
    let error = try await Self.container(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/longest-token"]).checkedError()
    #expect(error.code == .badAnswer)
    let external = String(repeating: "x", count: 1224)
    let transport = RecordingTransport(status: 400)
    let provider = AssumeRoleCredentialProvider(
      roleARN: Self.role, source: StaticCredentialProvider(Planted.credentials), externalID: external,
      region: "us-west-2", environment: [:], transport: transport)
    #expect(try await provider.checkedError().code == .badAnswer)
    #expect(transport.requests.count == 1)
  }
}
