public import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A stand-in for AWS STS, which exchanges an OpenID Connect token, or a caller's signature, for a role's credentials.
///
/// It knows two actions, AssumeRoleWithWebIdentity and AssumeRole of version 2011-06-15, by POST with a form, and
/// answers in XML (AWS STS API Reference).
public final class SecurityTokenService: LocalService {
  /// A role, and whom it trusts.
  public struct Role: Sendable, Hashable {
    /// The ARN of the role, such as `arn:aws:iam::123456789012:role/reservations`.
    public var arn: String
    /// The token that is accepted; `nil` for any.
    public var webIdentityToken: String?
    /// The credentials whose signature is accepted for AssumeRole; `nil` for none.
    public var caller: Credentials?
    /// The `ExternalId` that AssumeRole must have; `nil` for any.
    public var externalID: String?
    /// The credentials; without an expiration they are valid for the requested duration, which defaults to 3600 seconds.
    public var credentials: Credentials

    /// Creates a role from its parts.
    public init(
      arn: String, webIdentityToken: String? = nil, caller: Credentials? = nil, externalID: String? = nil,
      credentials: Credentials
    ) {
      self.arn = arn
      self.webIdentityToken = webIdentityToken
      self.caller = caller
      self.externalID = externalID
      self.credentials = credentials
    }
  }

  /// The server it answers through.
  public let server: LocalServer
  private let state: Locked<Role>

  private init(server: LocalServer, state: Locked<Role>) {
    self.server = server
    self.state = state
  }

  /// Starts the service on a free port.
  ///
  /// - Parameters:
  ///   - role: The only role that can be assumed.
  ///   - address: The loopback address to listen on.
  /// - Returns: The running service.
  /// - Throws: The system's error when the address can't be bound.
  public static func start(_ role: Role, on address: LoopbackAddress = .ipv4) async throws -> SecurityTokenService {
    let state = Locked(role)
    let clock = LocalClock()
    let server = try await LocalServer.start(on: address, clock: clock) { request, body in
      guard request.method == "POST" else { return failure(400, "MalformedInput", "only POST is known") }
      return Self.answer(AssumeRoleForm(body), state.value, to: request, body, at: clock.now)
    }
    return SecurityTokenService(server: server, state: state)
  }

  /// The only role that can be assumed; a change shows from the next request on.
  public var role: Role {
    get { state.value }
    set { state.value = newValue }
  }

  /// An error answer as STS gives it, for a fault to play.
  ///
  /// - Parameters:
  ///   - status: The status code.
  ///   - code: The error's code, such as `IDPCommunicationError`.
  ///   - message: The error message.
  /// - Returns: The answer.
  public static func failure(_ status: Int, _ code: String, _ message: String) -> LocalServer.Response {
    .xml(
      status,
      """
      <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <Error>
          <Type>\(status < 500 ? "Sender" : "Receiver")</Type>
          <Code>\(escaped(code))</Code>
          <Message>\(escaped(message))</Message>
        </Error>
        <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
      </ErrorResponse>
      """)
  }

  private static func answer(
    _ form: AssumeRoleForm, _ role: Role, to request: SignableRequest, _ body: [UInt8], at time: Date
  ) -> LocalServer.Response {
    if let problem = form.problem { return failure(400, problem.code, problem.message) }
    switch form.action {
    case .withWebIdentity:
      if let expected = role.webIdentityToken, !form["WebIdentityToken"].isSame(as: expected) {
        return failure(400, "InvalidIdentityToken", "The web identity token that was passed could not be validated.")
      }
    case .signed:
      do throws(VerificationError) {
        _ = try Verifier(service: .sts).verify(
          request, payload: .bytes(body), with: role.caller, at: time)
      } catch {
        return failure(403, "SignatureDoesNotMatch", error.message)
      }
    }
    guard form["RoleArn"].isSame(as: role.arn),
      form.action == .withWebIdentity || role.externalID?.isSame(as: form["ExternalId"]) != false
    else {
      return failure(403, "AccessDenied", "Not authorized to perform sts:\(form["Action"])")
    }
    return success(form, role)
  }

  private static func success(_ form: AssumeRoleForm, _ role: Role) -> LocalServer.Response {
    let credentials = role.credentials
    let expiration = credentials.expiration ?? Date.now.addingTimeInterval(Double(form.durationSeconds ?? 3600))
    let account = Principal(arn: role.arn).accountID ?? ""
    let roleName = role.arn.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? ""
    let session = "arn:aws:sts::\(account):assumed-role/\(roleName)/\(form["RoleSessionName"])"
    return .xml(
      200,
      """
      <\(form["Action"])Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <\(form["Action"])Result>
          <AssumedRoleUser>
            <Arn>\(escaped(session))</Arn>
            <AssumedRoleId>AROAEXAMPLE:\(escaped(form["RoleSessionName"]))</AssumedRoleId>
          </AssumedRoleUser>
          <Credentials>
            <AccessKeyId>\(escaped(credentials.accessKeyID))</AccessKeyId>
            <SecretAccessKey>\(escaped(credentials.secretAccessKey))</SecretAccessKey>
            <SessionToken>\(escaped(credentials.sessionToken ?? ""))</SessionToken>
            <Expiration>\(expiration.formatted(.iso8601))</Expiration>
          </Credentials>
        </\(form["Action"])Result>
        <ResponseMetadata>
          <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
        </ResponseMetadata>
      </\(form["Action"])Response>
      """)
  }

  /// Text as the content of an XML element.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.append(character)
      }
    }
  }
}

extension LocalServer.Response {
  fileprivate static func xml(_ status: Int, _ text: String) -> Self {
    Self(status: status, text: text, contentType: "text/xml")
  }
}

extension SecurityTokenService.Role: CustomStringConvertible, CustomReflectable {
  /// The ARN, and the credentials as `Credentials` shows them; never the web identity token or the external ID.
  public var description: String { "Role(\(arn) \(credentials))" }
  /// The ARN, and the credentials as `Credentials` shows them; never the web identity token or the external ID.
  public var customMirror: Mirror {
    Mirror(self, children: ["arn": arn, "caller": caller as Any, "credentials": credentials], displayStyle: .struct)
  }
}
