#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOHTTP1
  import SigV4

  /// The service that a proxy sends to, and the rules for what it sends.
  struct ProxyTarget: Sendable {
    /// Scheme, host and port.
    let origin: String
    /// The value of `Host`.
    let host: String
    let session: SigningSession
    /// Names in lower case.
    private let unsignedHeaders: Set<String>
    /// Values of `Host` in lower case, without a port.
    private let allowedHosts: Set<String>

    /// Reads the target's URL.
    ///
    /// - Throws: ``Failure`` for a URL that has a path or no host, and if nothing names the service or the region.
    init(
      _ url: String, service: String?, region: SigningRegion?, unsignedHeaders: [String], allowedHosts: [String]
    ) throws {
      guard let target = try? AbsoluteURL(url), let host = try? target.requiredHost, !target.hasUser,
        ["http://", "https://"].contains(where: { target.origin.lowercased().hasPrefix($0) }), target.target == "/"
      else {
        // It may contain a password.
        throw Failure("Invalid target. Use a URL such as https://host, without a user or a path.")
      }
      let named = AWSHost(host)
      guard let service = service ?? named.service else {
        throw Failure("The host \(host) doesn't name its service. Use --service, such as --service execute-api.")
      }
      if let hostService = named.service, hostService != service {
        SigningTrace.note("Warning: the host belongs to the service \(hostService), but --service is \(service).")
      }
      origin = target.origin
      self.host = host
      session = SigningSession(service: SigningService(service), region: region ?? .fromHost)
      self.unsignedHeaders = Set(unsignedHeaders.map { $0.lowercased() })
      self.allowedHosts = Set((allowedHosts + [host]).map(Self.name) + ["localhost", "127.0.0.1", "[::1]"])
    }

    var service: SigningService { session.signer.service }

    /// The service, and the URL.
    var summary: String { "\(service.name), and sending to \(origin)" }

    /// The host of a `Host` header in lower case, without the port.
    private static func name(_ host: String) -> String {
      let host = host.lowercased()
      guard let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")), !host.hasSuffix("]") else { return host }
      return String(host[..<colon])
    }

    /// The reason for which a request isn't signed, if there is one.
    ///
    /// A web page that a user of this machine opens can send requests to loopback. It uses another name that resolves to
    /// loopback, or sends them across sites, which browsers declare (Fetch Metadata Request Headers, W3C).
    func objection(to head: HTTPRequestHead) -> String? {
      let hosts = head.headers["host"]
      guard hosts.count == 1, allowedHosts.contains(Self.name(hosts[0])) else {
        return "The proxy rejects this Host header. Use the proxy's address, or start the proxy with --allow-host."
      }
      // Some browsers don't send the second to plain http.
      let sites = head.headers["sec-fetch-site"]
      let origins = head.headers["origin"].map { $0.lowercased().trimmingPrefix("http://").trimmingPrefix("https://") }
      guard sites.allSatisfy({ ["same-origin", "none"].contains($0) }),
        origins.allSatisfy({ allowedHosts.contains(Self.name(String($0))) })
      else { return "The proxy rejects cross-site requests of web pages. Send the request from another program." }
      guard head.method != .CONNECT, head.uri.utf8.first == UInt8(ascii: "/"),
        !head.uri.utf8.contains(UInt8(ascii: "#"))
      else {
        return "The request target isn't a path. Use the proxy's address as the server, not as an HTTP proxy."
      }
      return nil
    }

    /// The header fields to sign, and those that are sent unsigned.
    func headers(of head: HTTPRequestHead) -> (signed: HTTPHeaders, unsigned: HTTPHeaders) {
      var signed = head.headers.endToEnd
      // The client sets them: Host is the target's, and the length that of the body.
      for name in ["host", "content-length"] { signed.remove(name: name) }
      var unsigned = HTTPHeaders()
      for (name, value) in signed where unsignedHeaders.contains(name.lowercased()) {
        unsigned.add(name: name, value: value)
      }
      for name in unsignedHeaders { signed.remove(name: name) }
      return (signed, unsigned)
    }
  }

  extension HTTPHeaders {
    /// The fields without the hop-by-hop fields, some of which `Connection` lists.
    var endToEnd: HTTPHeaders {
      var kept = self
      let listed = self[canonicalForm: "connection"].map(String.init)
      for name in UnsignedHeader.hopByHop + listed { kept.remove(name: name) }
      return kept
    }
  }
#endif
