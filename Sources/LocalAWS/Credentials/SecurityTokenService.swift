public import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A stand-in for AWS STS, which exchanges an OpenID Connect token, or a caller's signature, for a role's credentials.
///
/// It supports the actions AssumeRoleWithWebIdentity, AssumeRole and GetCallerIdentity of version 2011-06-15, in a POST with a
/// form, and answers in XML (AWS STS API Reference). It serves either one role, or every role to a list of callers.
public final class SecurityTokenService: LocalService {
  /// A role, and the callers that it trusts.
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

  /// The roles that can be assumed, and the callers that may assume them.
  private enum Authority {
    case role(Role)
    /// Every caller may assume every role, and becomes another caller; every web identity token is accepted.
    case callers(Callers)
  }

  /// The HTTP server of this service.
  public let server: LocalServer
  private let state: Locked<Role?>

  private init(server: LocalServer, state: Locked<Role?>) {
    self.server = server
    self.state = state
  }

  /// Starts the service on a free port, for one role.
  ///
  /// - Parameters:
  ///   - role: The only role that can be assumed.
  ///   - address: The loopback address to listen on.
  /// - Returns: The running service.
  /// - Throws: The system's error if the address can't be bound.
  public static func start(_ role: Role, on address: LoopbackAddress = .ipv4) async throws -> SecurityTokenService {
    let state = Locked<Role?>(role)
    return try await start(state, on: address) { .role(state.value ?? role) }
  }

  /// Starts the service on a free port, for all roles.
  ///
  /// - Parameters:
  ///   - callers: The callers whose signatures are accepted. Each may assume each role; the role's session is added to them.
  ///   - address: The loopback address to listen on.
  /// - Returns: The running service.
  /// - Throws: The system's error if the address can't be bound.
  public static func start(
    callers: Callers, on address: LoopbackAddress = .ipv4
  ) async throws -> SecurityTokenService {
    try await start(Locked(nil), on: address) { .callers(callers) }
  }

  private static func start(
    _ state: Locked<Role?>, on address: LoopbackAddress, _ authority: @escaping @Sendable () -> Authority
  ) async throws -> SecurityTokenService {
    let clock = LocalClock()
    let server = try await LocalServer.start(on: address, clock: clock) { request, body in
      guard request.method == "POST" else { return failure(400, "MalformedInput", "only POST is supported") }
      let form = AssumeRoleForm(body)
      if let problem = form.problem { return failure(400, problem.code, problem.message) }
      return switch authority() {
      case .role(let role): Self.answer(form, role, to: request, body, at: clock.now)
      case .callers(let callers): Self.answer(form, callers, to: request, body, at: clock.now)
      }
    }
    return SecurityTokenService(server: server, state: state)
  }

  /// The only role that can be assumed, or `nil` if all can; a change applies from the next request on.
  public var role: Role? {
    get { state.value }
    set { state.value = newValue }
  }

  /// Returns an error response as STS sends it, for a fault.
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
    switch form.action {
    case .callerIdentity:
      return failure(400, "InvalidAction", "GetCallerIdentity requires a service with a list of callers")
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
    return success(form, session(form), role.credentials)
  }

  private static func answer(
    _ form: AssumeRoleForm, _ callers: Callers, to request: SignableRequest, _ body: [UInt8], at time: Date
  ) -> LocalServer.Response {
    var caller: Callers.Caller?
    if form.action != .withWebIdentity {
      do throws(VerificationError) {
        caller = try callers.verify(request, body, by: Verifier(service: .sts), at: time)
      } catch {
        let response = error.response(for: .sts)
        return LocalServer.Response(status: response.status, headers: response.headers, body: Array(response.body.utf8))
      }
    }
    if form.action == .callerIdentity {
      let principal = caller?.principal ?? .anonymous
      return result(
        form,
        """
        <Arn>\(escaped(principal.arn))</Arn>
            <UserId>\(escaped(principal.userID ?? ""))</UserId>
            <Account>\(escaped(principal.accountID ?? ""))</Account>
        """)
    }
    let role = Principal(arn: form["RoleArn"])
    guard Principal.flaw(ofName: role.arn) == nil, role.isRole else {
      return failure(400, "ValidationError", "\(role.arn) is invalid")
    }
    let session = session(form)
    return success(form, session, callers.add(session, lifetimeSeconds: form.durationSeconds ?? 3600))
  }

  /// The ARN of the session of a role.
  private static func session(_ form: AssumeRoleForm) -> String {
    Principal(arn: form["RoleArn"]).sessionARN(form["RoleSessionName"])
  }

  private static func success(_ form: AssumeRoleForm, _ session: String, _ credentials: Credentials)
    -> LocalServer.Response
  {
    let expiration = credentials.expiration ?? Date.now.addingTimeInterval(Double(form.durationSeconds ?? 3600))
    return result(
      form,
      """
      <AssumedRoleUser>
            <Arn>\(escaped(session))</Arn>
            <AssumedRoleId>\(escaped(Principal(arn: session).userID ?? ""))</AssumedRoleId>
          </AssumedRoleUser>
          <Credentials>
            <AccessKeyId>\(escaped(credentials.accessKeyID))</AccessKeyId>
            <SecretAccessKey>\(escaped(credentials.secretAccessKey))</SecretAccessKey>
            <SessionToken>\(escaped(credentials.sessionToken ?? ""))</SessionToken>
            <Expiration>\(expiration.formatted(.iso8601))</Expiration>
          </Credentials>
      """)
  }

  private static func result(_ form: AssumeRoleForm, _ content: String) -> LocalServer.Response {
    .xml(
      200,
      """
      <\(form["Action"])Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <\(form["Action"])Result>
          \(content)
        </\(form["Action"])Result>
        <ResponseMetadata>
          <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
        </ResponseMetadata>
      </\(form["Action"])Response>
      """)
  }

  /// Escapes text for the content of an XML element.
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
  /// The ARN, and the credentials as `Credentials` shows them, without the web identity token and the external ID.
  public var description: String { "Role(\(arn) \(credentials))" }
  /// The ARN, and the credentials as `Credentials` shows them, without the web identity token and the external ID.
  public var customMirror: Mirror {
    Mirror(self, children: ["arn": arn, "caller": caller as Any, "credentials": credentials], displayStyle: .struct)
  }
}
