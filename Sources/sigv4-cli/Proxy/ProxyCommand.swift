import ArgumentParser
import Foundation
import SigV4

#if AsyncHTTPClient
  import NIOCore
#endif

/// Signs what programs on this machine send to one service.
struct ProxyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proxy",
    abstract: "Signs requests that arrive on loopback, and sends them to a service.",
    discussion: """
      A sidecar for programs that can't sign. Credentials come from the environment, a profile, EKS Pod Identity or \
      another container endpoint, or instance metadata, as with the AWS SDKs. WebSockets are passed through.

      Every program that can connect to the proxy sends requests with these credentials, so it listens on loopback by \
      default. It rejects requests with an unknown Host, and those that a browser marks as cross-site, because any web \
      page can send them.

      The log on standard error has one line for each request. The health path responds with 200 if there are \
      credentials, otherwise with 503 and the reason.

      Requires a build with the trait AsyncHTTPClient: swift build --traits URLSession,AsyncHTTPClient

      Exit codes:
        0   after Ctrl-C or SIGTERM
        1   the target or the address can't be used
        64  an option is invalid

      Examples:

        sigv4-cli proxy \\
          https://reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws
        sigv4-cli proxy https://bucket.s3.us-west-2.amazonaws.com \\
          --listen 127.0.0.1:9000
        sigv4-cli proxy https://orders.example.com \\
          --service execute-api --region eu-central-1
      """)

  @Argument(help: "The service's URL, without a path: https://host.")
  var target: String

  @Option(help: "The address and the port to listen on. Port 0 selects a free one.")
  var listen = "127.0.0.1:8080"

  @Option(help: "The service's signing name. Defaults to the service that the target's host names.")
  var service: String?

  @Option(help: "The region. Defaults to the region that the target's host names, then to AWS_REGION.")
  var region: String?

  @Option(help: "Sign with SigV4a for this region set, such as '*' or 'us-east-1,us-west-*', instead of one region.")
  var regionSet: String?

  @Option(help: "A header that is sent but not signed. Can be repeated.")
  var unsignedHeader: [String] = []

  @Option(help: "A Host header to accept, besides loopback and the target's host. Can be repeated.")
  var allowHost: [String] = []

  @Option(help: "The largest body, in MiB, for services that sign payloads. Such a body is kept in memory.")
  var bodyLimit = 16

  @Option(help: "The maximum wait, in seconds, for the service to connect, to accept more of a body, or to respond.")
  var timeout = 60

  @Option(help: "The time, in seconds, that requests in progress have to end after SIGTERM.")
  var shutdownTimeout = 30

  @Option(help: "The path of the health check.")
  var healthPath = "/healthz"

  func validate() throws {
    guard region == nil || regionSet == nil else {
      throw ValidationError("--region and --region-set can't be combined. Use --region-set for SigV4a.")
    }
    guard 1...1024 ~= bodyLimit else { throw ValidationError("--body-limit must be from 1 to 1024 (MiB).") }
    guard 1...86_400 ~= timeout, 0...86_400 ~= shutdownTimeout else {
      throw ValidationError("--timeout must be from 1 to 86400 seconds, and --shutdown-timeout from 0 to 86400.")
    }
    guard healthPath.hasPrefix("/") else { throw ValidationError("--health-path must begin with a slash.") }
    guard !unsignedHeader.contains(where: Self.isAlwaysSigned) else {
      throw ValidationError("--unsigned-header can't be Host, Authorization or a header that begins with X-Amz-.")
    }
    _ = try Self.address(listen)
  }

  private static func isAlwaysSigned(_ header: String) -> Bool {
    let name = header.lowercased()
    return name == "host" || name == "authorization" || name.hasPrefix("x-amz-")
  }

  /// Splits `address:port`, of which the address may be an IPv6 one in brackets.
  static func address(_ text: String) throws -> (host: String, port: Int) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let host = String(text.dropLast(parts.last.map { $0.count + 1 } ?? 0))
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    guard parts.count >= 2, let port = parts.last.flatMap({ UInt16(Substring($0)) }), isBracketed || parts.count == 2,
      host.utf8.count > (isBracketed ? 2 : 0)
    else {
      throw ValidationError("Invalid address \(text.debugDescription). Write it as 127.0.0.1:8080 or [::1]:8080.")
    }
    return (isBracketed ? String(host.dropFirst().dropLast()) : host, Int(port))
  }

  #if AsyncHTTPClient
    func run() async throws {
      let target = try ProxyTarget(
        target, service: service, region: region.map { SigningRegion($0) } ?? regionSet.map(Self.regions),
        unsignedHeaders: unsignedHeader, allowedHosts: allowHost + [listen])
      let (host, port) = try Self.address(listen)
      let interruption = Interruption()
      defer { ServingLog.finish() }
      let proxy: SigningProxy
      do {
        proxy = try await SigningProxy.start(
          to: target, on: host, port: port,
          settings: SigningProxy.Settings(
            bodyLimit: bodyLimit << 20, timeout: .seconds(Int64(timeout)), healthPath: healthPath))
      } catch let error as IOError {
        throw Self.cannotListen(on: listen, String(cString: strerror(error.errnoCode)))
      } catch {
        throw Self.cannotListen(on: listen, "\(error)")
      }
      if !Self.isLoopback(host) {
        ServingLog.note("Warning: every program that can connect to \(listen) sends requests with these credentials.")
      }
      print("Listening on \(proxy.url), signing for \(target.summary). Press Ctrl-C to stop.")
      try StandardOutput.finish()
      await interruption.wait()
      let secondSignal = Task { if await interruption.wait() != nil { proxy.stop() } }
      await proxy.shutDown(within: .seconds(shutdownTimeout))
      secondSignal.cancel()
    }

    private static func cannotListen(on address: String, _ reason: String) -> Failure {
      Failure("The proxy can't listen on \(address): \(reason). Choose another address or port with --listen.")
    }

    private static func regions(_ text: String) -> SigningRegion {
      .set(text.split(separator: ",").map(String.init))
    }

    private static func isLoopback(_ host: String) -> Bool {
      host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
  #else
    func run() throws {
      throw Failure(
        "This program was built without the proxy. Build it with: swift build --traits URLSession,AsyncHTTPClient")
    }
  #endif
}
