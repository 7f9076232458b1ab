#if os(Linux)
  import Testing

  @testable import SigV4

  /// Peers that send too much, too little or nothing, with and without TLS.
  @Suite(.timeLimit(.minutes(10))) struct HostilePeerTests {
    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
    private static let short = TransportDeadlines(
      connect: .seconds(2), firstByte: .seconds(2), whole: .seconds(2))

    private func error(_ kind: HTTPTransportTests.Kind, _ url: String, _ deadlines: TransportDeadlines?) async
      -> TransportError?
    {
      var request = patientRequest(url: url)
      if let deadlines { request.deadlines = deadlines }
      do throws(TransportError) {
        _ = try await kind.transport.send(request)
        return nil
      } catch {
        return error
      }
    }

    /// The result of a transport with a peer.
    private func error(
      _ kind: HTTPTransportTests.Kind, _ script: HostileScript, _ deadlines: TransportDeadlines? = nil
    ) async throws -> TransportError? {
      let peer = try LoopbackPeer { script.play(on: $0) }
      defer { peer.stop() }
      #if !SwiftCrypto
        if kind == .tls {
          let front = try TLSPeer(to: peer.port)
          defer { front.stop() }
          return await error(kind, front.baseURL, deadlines)
        }
      #endif
      return await error(kind, "http://127.0.0.1:\(peer.port)", deadlines)
    }

    @Test(
      arguments: HTTPTransportTests.Kind.allCases,
      [
        HostileScript(
          "the longest length", .receive, .send(ok + "Content-Length: 9223372036854775807\r\n\r\n"), .hang),
        HostileScript(
          "a length beyond all", .receive, .send(ok + "Content-Length: 9223372036854775808\r\n\r\n"), .hang),
        HostileScript("two lengths", .receive, .send(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), .hang),
        HostileScript("the longest chunk", .receive, .send(chunked + "7fffffffffffffff\r\n"), .flood("a")),
        HostileScript("endless chunks", .receive, .send(chunked), .flood("1\r\na\r\n")),
        HostileScript("an endless body", .receive, .send(ok + "\r\n"), .flood("a")),
        HostileScript("no HTTP", .receive, .flood("SSH-2.0\r\n")),
      ])
    func `an answer over the limits ends at once`(kind: HTTPTransportTests.Kind, script: HostileScript) async throws {
      #expect(try await error(kind, script)?.code == .badAnswer)
    }

    @Test(
      arguments: HTTPTransportTests.Kind.allCases,
      [
        HostileScript("an endless head", .receive, .send(ok), .flood("A: b\r\n")),
        HostileScript("an endless header", .receive, .send(ok + "A: "), .flood("b")),
        HostileScript("an endless status line", .receive, .send("HTTP/1.1 200 "), .flood("b")),
        HostileScript("endless interim answers", .receive, .flood("HTTP/1.1 100 Continue\r\n\r\n")),
        HostileScript("endless trailers", .receive, .send(chunked + "0\r\n"), .flood("A: b\r\n")),
        HostileScript("an endless trailer", .receive, .send(chunked + "0\r\nA: "), .flood("b")),
        HostileScript("an endless chunk extension", .receive, .send(chunked + "1;a="), .flood("b")),
        HostileScript("an endless chunk size", .receive, .send(chunked), .flood("0")),
      ])
    func `an endless head or trailer ends, at the limit or at the deadline`(
      kind: HTTPTransportTests.Kind, script: HostileScript
    ) async throws {
      // AsyncHTTPClient reads until the deadline.
      let hasLimits = ["socket", "tls"].contains(kind.rawValue)
      let error = try await error(kind, script, hasLimits ? nil : Self.short)
      #expect(error?.code == .badAnswer || !hasLimits && error.isLate)
    }

    @Test(
      arguments: HTTPTransportTests.Kind.allCases,
      [
        HostileScript("silence", .hang),
        HostileScript("silence after the request", .receive, .hang),
        HostileScript("silence in the head", .receive, .send("HTTP/1.1 2"), .hang),
        HostileScript("silence after the head", .receive, .send(ok + "Content-Length: 9\r\n\r\n"), .hang),
        HostileScript("silence in a chunk", .receive, .send(chunked + "2\r\na"), .hang),
        HostileScript("silence before the last trailer", .receive, .send(chunked + "0\r\n"), .hang),
        HostileScript("a head that drips", .receive, .send(ok), .drip("A")),
        HostileScript("a body that drips", .receive, .send(ok + "Content-Length: 60000\r\n\r\n"), .drip("a")),
        HostileScript("trailers that drip", .receive, .send(chunked + "0\r\n"), .drip("A")),
      ])
    func `silence and drips end at the deadline`(kind: HTTPTransportTests.Kind, script: HostileScript) async throws {
      #expect(try await error(kind, script, Self.short).isLate)
    }

    @Test(
      arguments: HTTPTransportTests.Kind.allCases,
      [
        HostileScript("closed after the request", .receive), HostileScript("reset after the request", .receive, .reset),
        HostileScript("reset in the body", .receive, .send(ok + "Content-Length: 9\r\n\r\na"), .reset),
        HostileScript("closed in a trailer", .receive, .send(chunked + "0\r\nA:")),
      ])
    func `a peer that leaves is reported as closed`(kind: HTTPTransportTests.Kind, script: HostileScript) async throws {
      #expect(try await error(kind, script)?.code == .closed)
    }

    @Test(
      arguments: HTTPTransportTests.Kind.allCases,
      [HostileScript("closed at once"), HostileScript("reset at once", .reset)])
    func `a peer that leaves at once may be reported as not connected`(
      kind: HTTPTransportTests.Kind, script: HostileScript
    ) async throws {
      let code = try await error(kind, script)?.code
      #expect(code == .closed || code == .cannotConnect)
    }

    @Test(arguments: HTTPTransportTests.Kind.allCases)
    func `a hostile peer is left at once by a cancelled caller`(kind: HTTPTransportTests.Kind) async throws {
      let endless = HostileScript("", .receive, .send(Self.ok + "Content-Length: 60000\r\n\r\n"), .drip("a"))
      let reached = FirstOutcome<Bool>(ifCancelled: false)
      let peer = try LoopbackPeer {
        reached.end(true)
        endless.play(on: $0)
      }
      defer { peer.stop() }
      let waiting = Task { await error(kind, "http://127.0.0.1:\(peer.port)", nil) }
      _ = await reached.wait()
      waiting.cancel()
      #expect(await waiting.value?.code == .cancelled)
    }
  }
#endif
