/// Returns the credentials of an ECS task role or an EKS pod identity from the endpoint in the container's environment.
///
/// | variable | meaning |
/// |---|---|
/// | `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` | path and query at `http://169.254.170.2`, from ECS; takes precedence |
/// | `AWS_CONTAINER_CREDENTIALS_FULL_URI` | the whole URL, from EKS Pod Identity and others |
/// | `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` | a file with the `Authorization` value, read at each call; takes precedence |
/// | `AWS_CONTAINER_AUTHORIZATION_TOKEN` | the `Authorization` value |
///
/// An `http` URL must name this machine, or the agents of ECS and EKS. These are `localhost`, `127.0.0.0/8`, `[::1]`,
/// `169.254.170.2`, `169.254.170.23` and `[fd00:ec2::23]`. Other host names aren't resolved. An `https` URL can name any host.
/// The variables are those of the AWS SDKs and Tools Reference Guide, "Container credential provider".
///
/// Each call requests the credentials again. To sign requests, cache the provider.
///
/// ```swift
/// let provider = ContainerCredentialProvider().cached()
/// try await signer.sign(&request, with: provider)
/// ```
public struct ContainerCredentialProvider: CredentialProvider {
  // A closure hides the token when the provider is printed or dumped.
  private let environment: @Sendable () -> [String: String]
  private let transport: any HTTPTransport
  private let files: ProviderFiles
  private let clock: ProviderClock

  /// Creates a provider.
  ///
  /// - Parameters:
  ///   - environment: The environment variables. By default the process's, read at each call.
  ///   - transport: The transport; the default uses no proxy for `http`.
  public init(environment: [String: String]? = nil, transport: any HTTPTransport = DefaultTransport()) {
    self.init(environment: environment, transport: transport, files: ProviderFiles(), clock: ProviderClock())
  }

  package init(
    environment: [String: String]? = nil, transport: any HTTPTransport = DefaultTransport(),
    files: ProviderFiles = ProviderFiles(), clock: ProviderClock
  ) {
    self.environment = ProcessEnvironment.closure(environment)
    self.transport = transport
    self.files = files
    self.clock = clock
  }

  /// Returns the credentials of the container's role.
  ///
  /// - Throws: `CancellationError` if the calling task is cancelled; otherwise ``CredentialError`` with one of these codes:
  ///   - `notConfigured`: No URL is set.
  ///   - `misconfigured`: A setting is invalid.
  ///   - `unreachable`: The endpoint or the token file can't be reached.
  ///   - `timedOut`: The endpoint or the file doesn't answer in time.
  ///   - `badAnswer`: The endpoint answers with an error, or its answer is invalid.
  public func credentials() async throws -> Credentials {
    let environment = environment()
    let url = try ContainerEndpoint.url(
      relative: environment.setting("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
      full: environment.setting("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    let token = try await authorization(environment)
    let request = TransportRequest(
      url: url,
      headers: [HeaderField("Accept", "application/json")] + (token.map { [HeaderField("Authorization", $0)] } ?? []),
      deadlines: TransportDeadlines(connect: .seconds(2), firstByte: .seconds(5), whole: .seconds(8)))
    // On ECS the path alone gives access to the credentials.
    let source = "The container credentials endpoint at \(HTTPURL(url)?.origin ?? "no URL")"
    return try await Retry(clock: clock) { try await attempt(request, source) }
  }

  private func attempt(_ request: TransportRequest, _ source: String) async throws -> Retry.Outcome<Credentials> {
    let answer: TransportResponse
    do throws(TransportError) {
      answer = try await transport.send(request)
    } catch {
      return .passing(try error.passing(source))
    }
    guard answer.status == 200 else {
      let error = CredentialError(
        .badAnswer, "\(source) answered \(answer.status)\(Self.reason(answer.body, request)).")
      guard answer.status == 429 || answer.status >= 500 else { throw error }
      return .passing(error)
    }
    let document = Result { () throws(CredentialError) in try CredentialsDocument(answer.body, from: source) }
    if let code = try? document.get().code, code.utf8.asciiLowercased != "success" {
      throw CredentialError(.badAnswer, "\(source) returned an error\(Self.reason(answer.body, request)).")
    }
    do throws(CredentialError) {
      return .success(try document.get().credentials(.temporary))
    } catch {
      return .passing(error)
    }
  }

  /// Returns the error text of a response, or an empty string.
  private static func reason(_ body: [UInt8], _ request: TransportRequest) -> String {
    guard let document = try? CredentialsDocument(body, from: "") else { return "" }
    return document.reason(without: SecretRuns(request, and: document.secrets))
  }

  /// Returns the value of `Authorization`; `nil` if none is set.
  private func authorization(_ environment: [String: String]) async throws -> String? {
    let name: String
    let token: String
    if let path = try environment.setting("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      name = "The file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, \(path.quoted),"
      do throws(ProviderFiles.Failure) {
        token = String(decoding: try await files.read(path), as: UTF8.self).withoutFinalNewline
      } catch {
        throw error.error(name)
      }
      // The file is rewritten when its token expires, and can be empty for a moment.
      guard token.nonBlank != nil else {
        throw CredentialError(.unreachable, "\(name) is empty: it must contain the token.")
      }
      guard token.utf8.count <= String.settingLimit else {
        throw CredentialError(
          .misconfigured,
          "\(name) isn't a token: it is \(token.utf8.count) bytes long, and the limit is \(String.settingLimit).")
      }
    } else if let literal = try environment.setting("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
      name = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
      token = literal
    } else {
      return nil
    }
    guard token.utf8.allSatisfy({ (UInt8(ascii: " ")...UInt8(ascii: "~")).contains($0) }) else {
      throw CredentialError(
        .misconfigured, "\(name) contains a line break or another character that is invalid in a header: remove it.")
    }
    return token
  }
}

extension String {
  /// The text without one line break at its end.
  fileprivate var withoutFinalNewline: String {
    var bytes = Array(utf8)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The URL of container credentials, and the rule for its host.
enum ContainerEndpoint {
  /// The base of ECS's relative URIs.
  private static let ecs = "http://169.254.170.2"

  /// The hosts that `http` may name, besides 127.0.0.0/8: this machine, and the agents of ECS and EKS.
  private static let hosts = ["localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"]

  /// Returns the URL from the two variables; the relative one takes precedence.
  static func url(relative: String?, full: String?) throws(CredentialError) -> String {
    if let relative {
      let url = ecs + relative
      // Without the slash, the value would extend the host name.
      guard relative.hasPrefix("/"), HTTPURL(url) != nil else {
        throw CredentialError(
          .misconfigured, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path that begins with a slash.")
      }
      return url
    }
    guard let full else {
      throw CredentialError(
        .notConfigured,
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI aren't set.")
    }
    guard let url = HTTPURL(full) else {
      throw CredentialError(
        .misconfigured,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI must be a URL such as http://169.254.170.23/v1/credentials, without a user"
          + " or a fragment.")
    }
    guard url.scheme == .https || isAllowed(url.host.lowercased()) else {
      throw CredentialError(
        .misconfigured,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI names the host \(url.host.quoted), which requires https. Use https, or http with"
          + " localhost, 127.0.0.0/8, [::1], 169.254.170.2, 169.254.170.23 or [fd00:ec2::23].")
    }
    return full
  }

  private static func isAllowed(_ host: String) -> Bool {
    if hosts.contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy(isOctet)
  }

  /// Whether `text` is a decimal number from 0 to 255, without a leading zero, which some parsers read as octal.
  private static func isOctet(_ text: Substring) -> Bool {
    text.utf8.allSatisfy(\.isASCIIDigit) && (text == "0" || !text.hasPrefix("0")) && UInt8(text) != nil
  }
}
