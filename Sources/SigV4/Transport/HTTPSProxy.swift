#if !SwiftCrypto && !canImport(Darwin)
  #if canImport(FoundationEssentials)
    import FoundationEssentials
  #else
    import Foundation
  #endif

  /// A proxy that opens `https` connections with CONNECT (RFC 9110, section 9.3.6).
  struct HTTPSProxy {
    /// The variable that names the proxy.
    private let variable: String
    /// The proxy's URL.
    let url: HTTPURL
    /// The value of `Proxy-Authorization`, which never appears in errors.
    private let authorization: String?

    /// Reads `https_proxy` and `no_proxy`, in either letter case, lower case first; nil if no proxy is used for `target`.
    init?(for target: HTTPURL, environment: [String: String]) throws(TransportError) {
      let set = { (names: [String]) in
        names.lazy.compactMap { name in environment[name]?.nonBlank.map { (name, $0) } }.first
      }
      guard let (variable, value) = set(["https_proxy", "HTTPS_PROXY"]) else { return nil }
      let exceptions = set(["no_proxy", "NO_PROXY"])?.1 ?? ""
      guard !ProxyExceptions(exceptions).contain(target.host, target.port) else { return nil }
      // User and password end at the last @ before a slash; HTTPURL requires ASCII of the rest.
      let bytes = value.contains("://") ? value.utf8[...] : "http://\(value)".utf8[...]
      let slash = UInt8(ascii: "/")
      let scheme = bytes.prefix { $0 != slash }
      let authority = bytes.dropFirst(scheme.count + 2).prefix { $0 != slash }
      let userEnd = authority.lastIndex(of: UInt8(ascii: "@"))
      let user = userEnd.map { authority[..<$0] }
      let host = userEnd.map { authority[authority.index(after: $0)...] } ?? authority
      let plain = "\(Substring(scheme))//\(Substring(host))"
      guard let url = HTTPURL(plain), url.scheme == .http else {
        throw TransportError(
          .invalidRequest,
          "\(variable) must have the form http://host:port or http://user:password@host:port; other kinds of proxies aren't"
            + " supported")
      }
      self.variable = variable
      self.url = url
      authorization = user.map { user in
        let text = user.contains(UInt8(ascii: ":")) ? Array(user) : Array(user) + [UInt8(ascii: ":")]
        return "Basic \(Data(PercentEncoding.decodedBytes(text.span)).base64EncodedString())"
      }
    }

    /// Makes the proxy connect to the server of `target`; the proxy then forwards all bytes.
    func connect(
      _ socket: borrowing Socket, to target: HTTPURL, until deadline: ContinuousClock.Instant
    ) async throws(TransportError) {
      let host = target.host.utf8.contains(UInt8(ascii: ":")) ? "[\(target.host)]" : target.host
      let authority = "\(host):\(target.port)"
      var head = "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n"
      if let authorization { head += "Proxy-Authorization: \(authorization)\r\n" }
      try await socket.send(Array((head + "\r\n").utf8), until: deadline)
      var parser = TransportResponseParser(method: "CONNECT", bodyLimit: 0)
      while true {
        let bytes = try await socket.receive(until: deadline)
        guard !bytes.isEmpty else {
          throw TransportError(.closed, "the proxy in \(variable) closed the connection")
        }
        guard let answer = try parser.read(bytes) else { continue }
        // The server never sends before the client does.
        if 200...299 ~= answer.status, !parser.hasMore { return }
        let remedy = answer.status == 407 ? ": set its user and password, as in http://user:password@host:port" : ""
        throw TransportError(
          .cannotConnect, "the proxy in \(variable) answered CONNECT with status \(answer.status)\(remedy)")
      }
    }

  }

  /// The hosts that need no proxy: this machine, and the entries of `no_proxy`.
  ///
  /// An entry is `*`, a host name (which includes its subdomains), an IP address, or an address block such as 10.0.0.0/8. A name
  /// or an address can end with a port.
  struct ProxyExceptions {
    private let entries: [Substring]

    init(_ list: String) { entries = list.utf8.split { ", \t".utf8.contains($0) }.map(Substring.init) }

    /// Whether a host and port need no proxy.
    func contain(_ host: String, _ port: UInt16) -> Bool {
      let name = host.lowercased()
      let address = IPAddress(name)
      if name == "localhost" || address?.isLoopback == true { return true }
      return entries.contains { entry in
        entry == "*" || Self.matches(entry.utf8.asciiLowercased, name: name, address: address, port: port)
      }
    }

    private static func matches(_ entry: String, name: String, address: IPAddress?, port: UInt16) -> Bool {
      let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 {
        guard let address, let block = IPAddress(String(parts[0])), let length = Int(parts[1]) else { return false }
        return address.isIn(block, prefix: length)
      }
      var host = Substring(entry)
      // A colon within brackets belongs to the address.
      let portStart = host.hasSuffix("]") ? nil : host.lastIndex(of: ":")
      // An address without brackets has no port.
      if let portStart, IPAddress(entry) == nil {
        guard host[host.index(after: portStart)...] == "\(port)" else { return false }
        host = host[..<portStart]
      }
      if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
      if let block = IPAddress(String(host)) { return block == address }
      if host.hasPrefix("*.") { host = host.dropFirst() }
      if host.hasPrefix(".") { host = host.dropFirst() }
      guard !host.isEmpty, address == nil else { return false }
      return name == host || name.hasSuffix(".\(host)")
    }
  }
#endif
