import ArgumentParser
import Foundation
import LocalAWS
import SigV4

/// The services that a command line describes.
struct LocalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A JSON file with an auth policy. NAME=FILE is for one service. By default, all signed requests are allowed; with --network-policy, all requests.",
      valueName: "file"))
  var policy: [String] = []

  @Option(
    help: ArgumentHelp("The auth policy of the service network, which must allow a request too.", valueName: "file"))
  var networkPolicy: String?

  @Option(
    help: ArgumentHelp(
      "The server that answers allowed requests, such as http://127.0.0.1:8000. NAME=URL is for one service.",
      valueName: "url"))
  var upstream: [String] = []

  @Option(
    help: ArgumentHelp(
      "A Lattice service and its port. Without a port, it uses a free one. Can be repeated. Defaults to reservation.",
      valueName: "name[=port]"))
  var service: [String] = []

  @Option(
    help: ArgumentHelp(
      "The ARN of a service, for policies that name it. NAME=ARN is for one service.", valueName: "arn"))
  var arn: [String] = []

  @Option(
    help: ArgumentHelp(
      "A value of a condition key, such as aws:PrincipalOrgID=o-1. Can be repeated for several values.",
      valueName: "key=value"))
  var context: [String] = []

  @Option(help: "Set the services' clocks ahead, such as +10m, 90s or 1h. --clock=-10m sets them back.")
  var clock: String?

  @Option(
    help: ArgumentHelp(
      "A fault to inject, such as container:500@2 (twice) or service:silent. Can be repeated. 'list' prints all.",
      valueName: "fault"))
  var fault: [String] = []

  @Option(help: "The region of the services.")
  var region = "us-west-2"

  @Option(help: "The account of the role, the user and the services.")
  var account = "123456789012"

  @Option(help: "The role of the instance and the container.")
  var role = "reservation-client"

  /// A Lattice service.
  struct Service {
    let name: String
    /// The port; 0 for a free one.
    let port: Int
    let arn: String
    /// The service's policy.
    let policy: AuthPolicy
    let upstream: Upstream?
  }

  /// The services in the order in which they are given.
  func services() throws -> [Service] {
    let named = try (service.isEmpty ? ["reservation"] : service).map { try Self.nameAndPort($0) }
    let names = named.map(\.name)
    for name in names where names.count(where: { $0 == name }) > 1 {
      throw Failure("The service \(name) is given twice. Remove one, or rename it.")
    }
    for (variable, names) in Dictionary(grouping: names, by: LocalStack.variable).sorted(by: { $0.key < $1.key }) {
      guard names.count == 1 else {
        throw Failure(
          "The services \(names.joined(separator: " and ")) would share the variable \(variable). Rename one.")
      }
    }
    try checkNames()
    guard names.count <= Self.idDigits.count else {
      throw Failure("--service is given \(names.count) times; the limit is \(Self.idDigits.count). Remove some.")
    }
    let policies = try Assignments(policy, names, "--policy")
    let upstreams = try Assignments(upstream, names, "--upstream")
    let arns = try Assignments(arn, names, "--arn")
    guard arns.common == nil || names.count == 1 else {
      throw Failure("--arn doesn't name its service. Write it as NAME=ARN, because there are several services.")
    }
    return try named.enumerated().map { index, service in
      let file = policies[service.name]
      let upstream = try upstreams[service.name].map { url in
        guard let upstream = Upstream(url) else {
          throw Failure("Invalid URL \(url.debugDescription) in --upstream. Write it as http://HOST:PORT.")
        }
        return upstream
      }
      let id = "svc-0123456789abcdef\(Self.idDigits[index])"
      return Service(
        name: service.name, port: service.port,
        arn: try arns[service.name].map(Self.serviceARN) ?? "arn:aws:vpc-lattice:\(region):\(account):service/\(id)",
        // With a policy of the network alone, the service has the auth type NONE.
        policy: try file.map { try PolicyFile.policy($0) } ?? (networkPolicy == nil ? .authenticatedOnly : .everybody),
        upstream: upstream)
    }
  }

  private func checkNames() throws {
    guard !region.isEmpty, region.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }) else {
      throw Failure("Invalid region \(region.debugDescription). Use a name such as us-west-2.")
    }
    guard Principal.isAccountID(account) else {
      throw Failure("Invalid account \(account.debugDescription). Write the 12 digits of an account ID.")
    }
    guard Principal.isName(role) else {
      throw Failure(
        "Invalid role \(role.debugDescription). Write its name, at most 64 letters, digits and _+=,.@-, without a path."
      )
    }
  }

  /// The ARN of a service, if it is one.
  static func serviceARN(_ text: String) throws -> String {
    guard LatticeService.isARN(text) else {
      throw Failure("Invalid ARN \(text.debugDescription). Write it as \(LatticeService.exampleARN).")
    }
    return text
  }

  private static let idDigits = Array("0123456789abcdefghijklmnopqrstuvwxyz")

  /// The values of condition keys.
  func policyContext() throws -> PolicyContext {
    var context = PolicyContext()
    try context.set(
      "vpc-lattice-svcs:ServiceNetworkArn",
      to: ["arn:aws:vpc-lattice:\(region):\(account):servicenetwork/sn-0123456789abcdef0"])
    try context.set("vpc-lattice-svcs:SourceVpcOwnerAccount", to: [account])
    try PolicyFile.read(self.context, into: &context)
    return context
  }

  /// The ARN of the role of the instance and the container.
  var roleARN: String { "arn:aws:iam::\(account):role/\(role)" }

  /// The ARN of the user that `--export-keys` has the keys of.
  var userARN: String { "arn:aws:iam::\(account):user/local-user" }

  /// Notes about policies that no caller can satisfy: neither the role nor, if programs get its keys, the user.
  func notes(about policies: [(owner: String, policy: AuthPolicy)], hasUser: Bool) -> [String] {
    let callers = [Principal(role: roleARN, session: "session"), hasUser ? Principal(arn: userARN) : nil]
      .compactMap(\.self)
    return policies.filter { policy in callers.allSatisfy { policy.policy.excludes($0) } }.map {
      "Note: No statement that allows requests to \($0.owner) names \(roleARN). Set the role with --role."
    }
  }

  func faults() throws -> [NamedFault] {
    try fault.map { text in
      do { return try NamedFault(text) } catch { throw Failure("\(error) Use --fault list to see all.") }
    }
  }

  func clockOffset() throws -> Duration {
    guard let clock else { return .zero }
    let isBehind = clock.utf8.first == UInt8(ascii: "-")
    let unsigned = clock.utf8.dropFirst(isBehind || clock.utf8.first == UInt8(ascii: "+") ? 1 : 0)
    guard let offset = DurationText.withUnit(String(Substring(unsigned))), offset <= .seconds(36_525 * 86_400) else {
      throw Failure("Invalid clock \(clock.debugDescription). Write it as +10m, 90s, 1h or -2d, at most 100 years.")
    }
    return isBehind ? .zero - offset : offset
  }

  private static func nameAndPort(_ text: String) throws -> (name: String, port: Int) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isName = { (byte: UInt8) in byte.isTokenCharacter && byte != UInt8(ascii: "=") }
    guard let name = parts.first, !name.isEmpty, name.utf8.allSatisfy(isName) else {
      throw Failure("Invalid service \(text.debugDescription). Write it as NAME or NAME=PORT.")
    }
    guard parts.count > 1 else { return (String(name), 0) }
    guard let port = Int(parts[1]), 1...65_535 ~= port else {
      throw Failure("Invalid port in the service \(text.debugDescription). Use a number from 1 to 65535.")
    }
    return (String(name), port)
  }
}

/// Values for all services, or for the one that a value begins with.
private struct Assignments {
  private(set) var common: String?
  private var ofServices: [String: String] = [:]

  init(_ texts: [String], _ names: [String], _ option: String) throws {
    for text in texts {
      let name = names.first { text.utf8.starts(with: "\($0)=".utf8) }
      let value = String(Substring(text.utf8.dropFirst(name.map { $0.utf8.count + 1 } ?? 0)))
      let isRepeated = name.map { ofServices.updateValue(value, forKey: $0) != nil } ?? (common != nil)
      guard !isRepeated else { throw Failure("\(option) is given twice for \(name ?? "all services"). Remove one.") }
      if name == nil { common = value }
    }
  }

  subscript(_ name: String) -> String? { ofServices[name] ?? common }
}
