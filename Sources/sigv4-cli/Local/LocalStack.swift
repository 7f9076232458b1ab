import Foundation
import LocalAWS
import SigV4

/// The running services of `local`.
struct LocalStack {
  let metadata: InstanceMetadataService
  let container: ContainerCredentialsService
  let tokens: SecurityTokenService
  let services: [(name: String, service: LatticeService)]
  /// The variables that point an SDK at the services, in order.
  let environment: [(name: String, value: String)]
  /// The keys of a user, for programs that read only the environment.
  let userKeys: [(name: String, value: String)]

  /// The variables that would take precedence.
  static let unset = [
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
  ]

  /// The hosts that clients reach without a proxy: those of the environment, and loopback.
  private static var noProxy: [(name: String, value: String)] {
    ["NO_PROXY", "no_proxy"].map { name in
      let earlier = ProcessInfo.processInfo.environment[name] ?? ""
      return (name, earlier.isEmpty ? "127.0.0.1" : earlier + ",127.0.0.1")
    }
  }

  static func start(_ options: LocalOptions) async throws -> LocalStack {
    let described = try options.services()
    let network = try options.networkPolicy.map { try PolicyFile.policy($0) }
    let (context, offset, faults) = (try options.policyContext(), try options.clockOffset(), try options.faults())
    let callers = Callers()
    let session = "arn:aws:sts::\(options.account):assumed-role/\(options.role)/"
    let metadata = try await InstanceMetadataService.start(
      Instance(
        roleName: options.role, credentials: callers.add(session + "i-0123456789abcdef0"), region: options.region))
    let authorization = "local-authorization-token"
    let container = try await ContainerCredentialsService.start(
      ContainerCredentialsService.Container(
        credentials: callers.add(session + "0123456789abcdef0123456789abcdef"), authorization: authorization,
        roleARN: options.roleARN))
    let tokens = try await SecurityTokenService.start(callers: callers)
    var services: [(name: String, service: LatticeService)] = []
    let authentication = SignatureAuthentication(region: options.region, callers: callers)
    for described in described {
      do {
        let service = try await LatticeService.start(
          arn: described.arn, policy: described.policy, port: described.port, authenticate: authentication.authenticate)
        service.networkPolicy = network
        service.context = context
        service.upstream = described.upstream
        service.clock.offset = offset
        services.append((described.name, service))
      } catch {
        // NIO's text is "bind(…): Address already in use) (errno: 98)".
        let reason = "\(error)".split(separator: "): ", maxSplits: 1).last?.split(separator: ") (errno").first ?? ""
        throw Failure(
          "The service \(described.name) can't use port \(described.port): \(reason). Choose another port, or omit it for a free one."
        )
      }
    }
    let ports = [metadata.server.port, container.server.port, tokens.server.port] + services.map(\.service.server.port)
    if let upstream = described.compactMap(\.upstream).first(where: { $0.isLocalService(onPorts: ports) }) {
      throw Failure("The --upstream server \(upstream.url) is a service of this program. Name another server.")
    }
    for (_, service) in services { service.upstream = service.upstream?.excluding(ports) }
    tokens.clock.offset = offset
    let user = callers.add(options.userARN)
    let stack = LocalStack(
      metadata: metadata, container: container, tokens: tokens, services: services,
      environment: [
        ("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_REGION", options.region), ("AWS_DEFAULT_REGION", options.region),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.baseURL + "/"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", authorization),
        ("AWS_ENDPOINT_URL_STS", tokens.baseURL), ("SIGV4_LOCAL_PID", "\(ProcessInfo.processInfo.processIdentifier)"),
      ] + noProxy + services.map { (variable(of: $0.name), $0.service.baseURL) },
      userKeys: [("AWS_ACCESS_KEY_ID", user.accessKeyID), ("AWS_SECRET_ACCESS_KEY", user.secretAccessKey)])
    stack.play(faults)
    stack.log()
    return stack
  }

  private func play(_ faults: [NamedFault]) {
    for fault in faults {
      switch fault.place {
      case .metadata, .metadataToken, .metadataCredentials: metadata.faults.steps.append(fault.step)
      case .container: container.faults.steps.append(fault.step)
      case .sts: tokens.faults.steps.append(fault.step)
      case .service: for (_, service) in services { service.faults.steps.append(fault.step) }
      }
    }
  }

  private func log() {
    metadata.server.observer = { LocalLog.note("instance metadata", $0, $1) }
    container.server.observer = { LocalLog.note("container credentials", $0, $1) }
    tokens.server.observer = { LocalLog.note("STS", $0, $1) }
    for (name, service) in services {
      service.exchanged = { LocalLog.note(name, $0) }
      service.server.observer = { request, outcome in
        // `exchanged` notes what the handler answers, with the reasons.
        if case .answered = outcome { return }
        LocalLog.note(name, request, outcome)
      }
    }
  }

  func stop() async {
    await metadata.stop()
    await container.stop()
    await tokens.stop()
    for (_, service) in services { await service.stop() }
  }

  /// The variable with the URL of a service: `LATTICE_RESERVATION_URL`.
  static func variable(of name: String) -> String {
    let characters = name.utf8.map { $0.isLetterOrDigit ? $0 : UInt8(ascii: "_") }
    return "LATTICE_\(String(decoding: characters, as: UTF8.self).uppercased())_URL"
  }
}
