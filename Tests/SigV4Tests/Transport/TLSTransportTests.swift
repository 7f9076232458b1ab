#if os(Linux) && !SwiftCrypto
  import CSigV4TLS
  import Foundation
  import LocalAWS
  import Testing

  @testable import SigV4

  @Suite(.timeLimit(.minutes(10))) struct TLSTransportTests {
    private func answer(
      _ url: String, environment: [String: String] = TLSFixture.environment, deadlines: TransportDeadlines? = nil
    ) async -> Result<TransportResponse, TransportError> {
      var request = patientRequest(url: url)
      if let deadlines { request.deadlines = deadlines }
      do throws(TransportError) {
        return .success(try await SocketTransport(environment: environment).send(request))
      } catch {
        return .failure(error)
      }
    }

    private func error(
      _ url: String, environment: [String: String] = TLSFixture.environment, deadlines: TransportDeadlines? = nil
    ) async -> TransportError? {
      if case .failure(let error) = await answer(url, environment: environment, deadlines: deadlines) { return error }
      return nil
    }

    /// Runs a server, and `body` with the port of a TLS server before it.
    private func serving(
      as identity: TLSIdentity? = nil, versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION,
      ending: TLSPeer.Ending = .closeNotify, faults: FaultPlan = [], _ body: (LocalServer, Int) async throws -> Void
    ) async throws {
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
      server.faults = faults
      try await server.whileRunning { server async throws in
        let front = try TLSPeer(to: server.port, as: identity, versions: versions, ending: ending)
        defer { front.stop() }
        try await body(server, front.port)
      }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], ["127.0.0.1", "localhost", "LocalHost"])
    func `a server with a certificate for the host gets the request`(version: Int32, host: String) async throws {
      try await serving(versions: version...version) { _, port async throws in
        #expect(try await answer("https://\(host):\(port)/").get().body == Array("yes".utf8))
      }
    }

    /// Certificates that no client may accept, and what their error says.
    enum BadIdentity: String, CaseIterable {
      case anotherHost = "another host"
      case anotherAddress = "another host "
      case expired = "expired"
      case notYetValid = "not yet valid"
      case selfSigned = "self-signed"
      case unknownAuthority = "AWS_CA_BUNDLE"

      var identity: TLSIdentity {
        get throws {
          let authority = try TLSFixture.shared.get().authority
          let names = "DNS:localhost,IP:127.0.0.1"
          switch self {
          case .anotherHost: return try TLSIdentity(names: "DNS:example.test,DNS:*.localhost", signedBy: authority)
          case .anotherAddress: return try TLSIdentity(names: "IP:127.0.0.2,DNS:example.test", signedBy: authority)
          case .expired: return try TLSIdentity(names: names, signedBy: authority, validity: -7200...(-3600))
          case .notYetValid: return try TLSIdentity(names: names, signedBy: authority, validity: 3600...7200)
          case .selfSigned: return try TLSIdentity(names: names)
          case .unknownAuthority: return try TLSIdentity(names: names, signedBy: try TLSIdentity(names: nil))
          }
        }
      }
    }

    @Test(arguments: BadIdentity.allCases, ["127.0.0.1", "localhost"])
    func `a server whose certificate isn't valid for the host gets no request`(
      bad: BadIdentity, host: String
    ) async throws {
      try await serving(as: bad.identity) { server, port async throws in
        let error = await error("https://\(host):\(port)/")
        #expect(error?.code == .cannotConnect)
        #expect(error?.message.contains(bad.rawValue.trimmed) == true, "\(error?.message ?? "no error")")
        #expect(server.connectionCount == 0)
      }
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func `a server without TLS 1_2 gets no request`(version: Int32) async throws {
      try await serving(versions: version...version) { server, port async throws in
        #expect(await error("https://127.0.0.1:\(port)/")?.code == .cannotConnect)
        #expect(server.connectionCount == 0)
      }
    }

    @Test func `an answer that ends with the connection isn't complete if TLS was cut off`() async throws {
      let untilClose: FaultPlan = [.always(.delivered(Delivery(framing: .untilClose)))]
      try await serving(ending: .truncation, faults: untilClose) { _, port async throws in
        #expect(await error("https://127.0.0.1:\(port)/")?.code == .closed)
      }
      // A response whose framing is complete is complete.
      try await serving(ending: .truncation, faults: [.always(.closing)]) { _, port async throws in
        #expect(try await answer("https://127.0.0.1:\(port)/").get().body == Array("yes".utf8))
      }
    }

    @Test func `a server that renegotiates gets no new handshake`() async throws {
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
      try await server.whileRunning { server async throws in
        let front = try TLSPeer(to: server.port, versions: TLS1_2_VERSION...TLS1_2_VERSION, renegotiates: true)
        defer { front.stop() }
        let error = await error(front.baseURL)
        #expect(error == nil || error?.code == .closed || error?.code == .badAnswer)
      }
    }

    @Test(arguments: [
      HostileScript("garbage", .receive, .flood("garbage")),
      HostileScript("HTTP without TLS", .receive, .send("HTTP/1.1 400 Bad Request\r\n\r\n")),
      HostileScript("a fatal alert", .receive, .send("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}"), .hang),
      HostileScript("alerts without end", .receive, .flood("\u{15}\u{3}\u{3}\u{0}\u{2}\u{1}\u{5A}")),
      HostileScript("a record that is too long", .receive, .send("\u{16}\u{3}\u{3}\u{FF}\u{FF}"), .flood("a")),
      HostileScript("empty records without end", .receive, .flood("\u{16}\u{3}\u{3}\u{0}\u{0}")),
      HostileScript(
        "a message that is too long", .receive, .send("\u{16}\u{3}\u{3}\u{40}\u{0}\u{2}\u{FF}\u{FF}\u{FF}"), .flood("a")
      ),
      HostileScript("closed at once"), HostileScript("reset at once", .reset),
      HostileScript("closed after the hello", .receive), HostileScript("reset after the hello", .receive, .reset),
    ])
    func `a peer that doesn't speak TLS gets no request, and ends at once`(script: HostileScript) async throws {
      let peer = try LoopbackPeer { script.play(on: $0) }
      defer { peer.stop() }
      #expect(await error("https://127.0.0.1:\(peer.port)/")?.code == .cannotConnect)
    }

    @Test(arguments: [
      HostileScript("silence", .hang), HostileScript("silence after the hello", .receive, .hang),
      HostileScript(
        "a hello that drips", .receive, .send("\u{16}\u{3}\u{3}\u{40}\u{0}\u{2}\u{0}\u{3F}\u{0}"), .drip("\u{3}")),
    ])
    func `silence instead of TLS ends at the deadline for connecting`(script: HostileScript) async throws {
      let peer = try LoopbackPeer { script.play(on: $0) }
      defer { peer.stop() }
      let deadlines = TransportDeadlines(connect: .milliseconds(200), firstByte: patience, whole: patience)
      #expect(await error("https://127.0.0.1:\(peer.port)/", deadlines: deadlines)?.code == .cannotConnect)
    }

    @Test(arguments: ["/nowhere", "/dev/null", "/dev/zero", "/etc/hostname", "/etc"])
    func `the error for an unusable bundle names its variable`(path: String) async {
      for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let error = await error("https://127.0.0.1:1/", environment: [variable: path, "SSL_CERT_DIR": "/nowhere"])
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains(variable) == true)
      }
    }

    @Test func `certificates are read again once their file has changed`() async {
      // In its own process, where no other test has loaded other certificates.
      await #expect(processExitsWith: .success) {
        let bundle = try #require(TLSFixture.environment["AWS_CA_BUNDLE"])
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "bundle.pem")
        let certificates = try String(contentsOfFile: bundle, encoding: .utf8)
        try certificates.write(to: file, atomically: true, encoding: .utf8)
        let trust = TLSTrust(environment: ["AWS_CA_BUNDLE": file.path])
        let end = ContinuousClock.now + patience
        let first = try await trust.context(until: end)
        #expect(try await trust.context(until: end, age: patience) === first)
        #expect(try await trust.context(until: end, age: .zero) === first)
        try (certificates + "\n").write(to: file, atomically: true, encoding: .utf8)
        let second = try await trust.context(until: end, age: .zero)
        #expect(second !== first)
        // While the file is replaced, the loaded certificates stay in use.
        for unfinished in ["", String(certificates.prefix(certificates.count / 2))] {
          try unfinished.write(to: file, atomically: false, encoding: .utf8)
          #expect(try await trust.context(until: end, age: .zero) === second)
        }
        try FileManager.default.removeItem(at: file)
        #expect(try await trust.context(until: end, age: .zero) === second)
        try certificates.write(to: file, atomically: true, encoding: .utf8)
        #expect(try await trust.context(until: end, age: .zero) !== second)
      }
    }

    @Test func `a bundle with a malformed certificate isn't used in part`() async throws {
      let bundle = try #require(TLSFixture.environment["AWS_CA_BUNDLE"])
      let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pem")
      defer { try? FileManager.default.removeItem(at: file) }
      let malformed = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
      try (String(contentsOfFile: bundle, encoding: .utf8) + malformed).write(
        to: file, atomically: true, encoding: .utf8)
      let error = await error("https://127.0.0.1:1/", environment: ["AWS_CA_BUNDLE": file.path])
      #expect(error?.code == .invalidRequest)
    }

    @Test func `certificates that can't be opened for lack of descriptors are read later`() async {
      await #expect(processExitsWith: .success) {
        let bundle = try #require(TLSFixture.environment["AWS_CA_BUNDLE"])
        let trust = TLSTrust(environment: ["SSL_CERT_FILE": bundle, "SSL_CERT_DIR": "/nowhere"])
        // From here on, the library's own thread has its descriptors.
        #expect(await EventThread.shared.wait(for: [], until: .now) == .late)
        await withoutDescriptors {
          let error = await #expect(throws: TransportError.self) { try await trust.context(until: .now + patience) }
          #expect(error?.code == .systemResources)
        }
        _ = try await trust.context(until: .now + patience)
      }
    }

    @Test func `SSL_CERT_FILE names the trusted certificates, and AWS_CA_BUNDLE takes precedence`() async throws {
      let bundle = try #require(TLSFixture.environment["AWS_CA_BUNDLE"])
      try await serving { _, port async throws in
        let url = "https://127.0.0.1:\(port)/"
        #expect(await error(url, environment: ["SSL_CERT_FILE": bundle]) == nil)
        #expect(await error(url, environment: ["SSL_CERT_FILE": "/nowhere", "AWS_CA_BUNDLE": bundle]) == nil)
        #expect(await error(url, environment: [:])?.code != nil)
      }
    }
  }

  @Suite(.timeLimit(.minutes(10))) struct HTTPSProxyTests {
    /// A proxy that answers CONNECT as `answer` says, and passes on to a port.
    private final class Proxy: Sendable {
      let peer: LoopbackPeer
      let head = FirstOutcome<String>(ifCancelled: "")

      init(to port: Int, answer: String = "HTTP/1.1 200 Connection established\r\n\r\n") throws {
        peer = try LoopbackPeer { [head] client in
          var bytes: [UInt8] = []
          while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), let more = client.received(), !more.isEmpty {
            bytes += more
          }
          head.end(String(decoding: bytes, as: UTF8.self))
          client.sent(Array(answer.utf8))
          guard let next = PeerSocket.connected(to: port) else { return client.reset() }
          _ = SystemThread.start {
            while let bytes = next.received(), !bytes.isEmpty { client.sent(bytes) }
            client.shutDown()
          }
          while let bytes = client.received(), !bytes.isEmpty { next.sent(bytes) }
          next.shutDown()
        }
      }

      var address: String { "127.0.0.1:\(peer.port)" }
    }

    private func send(_ url: String, _ environment: [String: String]) async throws -> TransportResponse {
      let environment = environment.merging(TLSFixture.environment) { first, _ in first }
      return try await SocketTransport(environment: environment).send(patientRequest(url: url))
    }

    @Test(arguments: ["https_proxy", "HTTPS_PROXY"], ["http://", ""])
    func `the proxy connects to the host by name, and forwards TLS`(
      variable: String, scheme: String
    ) async throws {
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
      try await server.whileRunning { server async throws in
        let front = try TLSPeer(to: server.port)
        defer { front.stop() }
        let proxy = try Proxy(to: front.port)
        defer { proxy.peer.stop() }
        let answer = try await send(
          "https://sts.example.test/", [variable: "\(scheme)user%20a:p%40ss@\(proxy.address)"])
        #expect(answer.body == Array("yes".utf8))
        let lines = await proxy.head.wait().split(separator: "\r\n")
        let expected = [
          "CONNECT sts.example.test:443 HTTP/1.1", "Host: sts.example.test:443",
          "Proxy-Authorization: Basic dXNlciBhOnBAc3M=",
        ]
        #expect(lines.map(String.init) == expected)
        #expect(server.requests().first?.request.headers.contains { $0.isNamed("Proxy-Authorization") } == false)
      }
    }

    @Test(
      arguments: [
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP/1.1 503 Unavailable\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nmore", "nonsense\r\n", "HTTP/1.1 301 Moved\r\nLocation: https://example.test\r\n\r\n",
      ])
    func `the error for a proxy that doesn't connect hides its password`(answer: String) async throws {
      let proxy = try Proxy(to: 1, answer: answer)
      defer { proxy.peer.stop() }
      let error = await #expect(throws: TransportError.self) {
        try await send("https://sts.example.test/", ["https_proxy": "http://user:\(Planted.mark)@\(proxy.address)"])
      }
      #expect(error?.code == .cannotConnect || error?.code == .badAnswer)
      #expect(error?.description.contains(Planted.mark) == false)
      if answer.contains("407") { #expect(error?.message.contains("https_proxy") == true) }
    }

    @Test(arguments: [
      HostileScript("silence", .hang), HostileScript("silence after CONNECT", .receive, .hang),
      HostileScript("a head that drips", .receive, .send("HTTP/1.1 200 OK\r\n"), .drip("A")),
    ])
    func `a silent proxy fails at the deadline for connecting`(script: HostileScript) async throws {
      let peer = try LoopbackPeer { script.play(on: $0) }
      defer { peer.stop() }
      let request = TransportRequest(
        url: "https://sts.example.test/",
        deadlines: TransportDeadlines(connect: .milliseconds(200), firstByte: patience, whole: patience))
      let transport = SocketTransport(
        environment: TLSFixture.environment.merging(["https_proxy": "http://127.0.0.1:\(peer.port)"]) { $1 })
      let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
      #expect(error?.code == .cannotConnect)
    }

    @Test(arguments: [
      "https://127.0.0.1:1", "socks5://127.0.0.1:1", "http://", "http://h:x", "http://h/%", "ht tp://h",
    ])
    func `the error for an invalid proxy URL names its variable`(value: String) async {
      let error = await #expect(throws: TransportError.self) {
        try await send(
          "https://sts.example.test/", ["https_proxy": value.replacing("://", with: "://u:\(Planted.mark)@")])
      }
      // The last two are URLs of hosts that don't exist.
      #expect(error?.code == .invalidRequest || value.hasPrefix("http://h"))
      #expect(error?.description.contains(Planted.mark) == false)
    }

    @Test(arguments: [
      ("*", true), ("", false), ("sts.example.test", true), ("STS.Example.Test", true), ("example.test", true),
      (".example.test", true), ("*.example.test", true), ("ample.test", false), ("other.test, example.test", true),
      ("other.test example.test", true), ("example.test:443", true), ("example.test:444", false), ("10.0.0.0/8", false),
      ("sts.example.test.", false), (",,", false), (":", false), (".", false), ("/", false),
    ])
    func `names that need no proxy`(list: String, isContained: Bool) {
      #expect(ProxyExceptions(list).contain("sts.example.test", 443) == isContained)
    }

    @Test(arguments: [
      ("10.1.2.3", "10.0.0.0/8", true), ("11.1.2.3", "10.0.0.0/8", false), ("10.1.2.3", "10.1.2.3", true),
      ("10.1.2.3", "10.1.2.2/31", true), ("10.1.2.3", "10.1.2.3/33", false), ("10.1.2.3", "0.0.0.0/0", true),
      ("10.1.2.3", "10.1.2.3:443", true), ("10.1.2.3", "1.2.3", false), ("10.1.2.3", "::/0", false),
      ("fd00:ec2::23", "fd00:ec2::/32", true), ("fd00:ec2::23", "[fd00:ec2::23]:443", true),
      ("fd00:ec2::23", "fd00:0ec2:0::23", true), ("fd00:ec2::23", "fd00:ec2::24", false), ("127.0.0.1", "", true),
      ("::1", "", true), ("localhost", "", true), ("127.1", "", false),
    ])
    func `addresses that need no proxy`(host: String, list: String, isContained: Bool) {
      #expect(ProxyExceptions(list).contain(host, 443) == isContained)
    }
  }
#endif
