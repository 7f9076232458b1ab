import Foundation
import LocalAWS
import Synchronization
import Testing

@testable import SigV4

@Suite(.timeLimit(.minutes(10))) struct SocketTransportTests {
  @Test func `an https request is never sent unencrypted`() async throws {
    let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
    try await server.whileRunning { server async throws in
      let error = await #expect(throws: TransportError.self) {
        try await SocketTransport(environment: [:]).send(patientRequest(url: "https://127.0.0.1:\(server.port)/"))
      }
      #if SwiftCrypto || canImport(Darwin)
        #expect(error?.code == .invalidRequest)
      #else
        #expect(error?.code == .cannotConnect)
      #endif
      #expect(server.requests().isEmpty)
    }
  }

  #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func `running out of descriptors is a separate, temporary error`() async {
      await #expect(processExitsWith: .success) {
        let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
        let requests = ["127.0.0.1", "localhost"].map { patientRequest(url: "http://\($0):\(server.port)/") }
        // At first not even the library's own thread can be started.
        for round in 1...2 {
          await withoutDescriptors {
            for request in requests + [patientRequest(url: "http://name.invalid/")] {
              let error = await #expect(throws: TransportError.self) { try await SocketTransport().send(request) }
              #expect(error?.code == .systemResources, "\(round): \(request)")
            }
            let provider = ContainerCredentialProvider(environment: [
              "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(server.port)/"
            ])
            for provider in [provider, provider.cached()] as [any CredentialProvider] {
              let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
              #expect(error?.code == .systemResources)
            }
          }
          for request in requests {
            #expect(try await SocketTransport().send(request).body == Array("yes".utf8))
          }
        }
      }
    }
  #endif

  @Test func `localhost needs no resolver`() async throws {
    let url = try #require(HTTPURL("http://LocalHost:8080/"))
    // No resolver answers before a deadline that has passed.
    let addresses = try await SocketAddress.resolve(url, until: .now - .seconds(1))
    #expect(addresses.first?.family == AF_INET)
    #expect(addresses.dropFirst().allSatisfy { $0.family == AF_INET6 })
  }

  @Test func `a host can be a name`() async throws {
    let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
    try await server.whileRunning { server async throws in
      let answer = try await SocketTransport().send(patientRequest(url: "http://localhost:\(server.port)/"))
      #expect(answer.body == Array("yes".utf8))
    }
  }

  @Test(arguments: [
    (30.0, 1, 30.0), (30, 3, 10), (30, 30, 2), (3, 2, 1.5), (3, 3, 1.5), (6, 2, 3), (1, 4, 0.5), (1, 1, 1), (0, 2, 0),
  ])
  func `addresses share the time that is left`(left: Double, count: Int, share: Double) {
    #expect(Socket.share(of: .seconds(left), among: count) == .seconds(share))
  }

  #if os(Linux)
    @Test func `an address that doesn't answer leaves time for the next`() async throws {
      let silent = try UnansweringPort()
      let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "yes") }
      try await server.whileRunning { server async throws in
        var addresses: [SocketAddress] = []
        for port in [silent.port, server.port] {
          let url = try #require(HTTPURL("http://127.0.0.1:\(port)/"))
          addresses += try await SocketAddress.resolve(url, until: .now)
        }
        _ = try await Socket(connectedTo: addresses, until: .now + .seconds(4))
      }
    }
  #endif

  #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func `the environment's proxy isn't used`() async {
      await #expect(processExitsWith: .success) {
        let proxy = try await LocalServer.start { _, _ in LocalServer.Response(status: 502, text: "proxy") }
        let server = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: "direct") }
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.baseURL, 1) }
        let answer = try await SocketTransport().send(patientRequest(url: server.baseURL + "/"))
        #expect(answer.body == Array("direct".utf8))
        #expect(proxy.connectionCount == 0)
      }
    }
  #endif

  @Test(arguments: [
    "", "\r\n\r\n", "nonsense", "HTTP/2 200\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
    "HTTP/1.1 2000 x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA : x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 99),
    "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 5000) + "\r\n", String(repeating: "x", count: 20_000),
  ])
  func `an invalid, incomplete or overlong response is rejected`(answer: String) {
    for size in [1, 7, answer.utf8.count + 1] {
      #expect(throws: TransportError.self) { try parse(answer, pieces: size) }
    }
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", "abc"), ("HTTP/1.0 200\r\n\r\nabc", "abc"),
    ("HTTP/1.1 204 No Content\r\n\r\n", ""),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "a"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n01\r\nc\r\n0\r\nT: t\r\n\r\n", "abc"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nab", "ab"),
  ])
  func `every framing is read, in pieces of any size`(answer: String, body: String) throws {
    for size in [1, 2, 5, answer.utf8.count] {
      #expect(try String(decoding: parse(answer, pieces: size).body, as: UTF8.self) == body)
    }
  }

  @Test(arguments: [
    ("fields", 200), ("the size of a chunk and its extensions", 254), ("the head", 16_384 - 43),
  ])
  func `an answer is accepted at each limit and rejected above it`(limited: String, limit: Int) throws {
    let answer = { (count: Int) -> String in
      let start = "HTTP/1.1 200 OK\r\n"
      switch limited {
      case "fields":
        return start + String(repeating: "A: b\r\n", count: count - 1) + "Content-Length: 0\r\n\r\n"
      case "the head":
        return start + "A: \(String(repeating: "b", count: count))\r\nContent-Length: 0\r\n\r\n"
      default:
        let size = "0;" + String(repeating: "x", count: count - 2)
        return start + "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n\r\n"
      }
    }
    for size in [1, 100_000] {
      #expect(try parse(answer(limit), pieces: size).status == 200)
      #expect(throws: TransportError.self) { try parse(answer(limit + 1), pieces: size) }
    }
  }

  /// A connection that delivers pieces and records the deadline of each.
  private final class RecordingConnection: Connection {
    private let state: Mutex<(pieces: [String], deadlines: [ContinuousClock.Instant])>
    var deadlines: [ContinuousClock.Instant] { state.withLock { $0.deadlines } }

    init(_ pieces: [String]) { state = Mutex((pieces, [])) }

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(TransportError) {}

    func receive(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8] {
      state.withLock { state in
        state.deadlines.append(deadline)
        return state.pieces.isEmpty ? [] : Array(state.pieces.removeFirst().utf8)
      }
    }
  }

  @Test func `the deadline of the first byte applies to the first byte only`() async throws {
    let connection = RecordingConnection(["HTTP/1.1 200", " OK\r\nContent-Length: 1\r\n\r\n", "a"])
    let request = TransportRequest(
      url: "http://h/", deadlines: TransportDeadlines(connect: patience, firstByte: .seconds(1), whole: patience))
    let end = ContinuousClock.now + .seconds(86_400)
    #expect(try await SocketTransport.exchange([], request, over: connection, until: end).body == Array("a".utf8))
    #expect(connection.deadlines.map { $0 < end } == [true, false, false])
    #expect(connection.deadlines.dropFirst().allSatisfy { $0 == end })
  }

  @Test func `an answer that begins with the end of a line is rejected before more arrives`() {
    var parser = TransportResponseParser(method: "GET", bodyLimit: 64)
    #expect(throws: TransportError.notHTTP) { try parser.read(Array("\n".utf8)) }
  }

  private func parse(_ answer: String, pieces size: Int) throws -> TransportResponse {
    var parser = TransportResponseParser(method: "GET", bodyLimit: 64)
    var rest = Array(answer.utf8)[...]
    while !rest.isEmpty {
      if let response = try parser.read(rest.prefix(size)) { return response }
      rest = rest.dropFirst(size)
    }
    return try parser.readEnd()
  }
}
