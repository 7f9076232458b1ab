import Foundation
import LocalAWS
import Synchronization
import Testing

@testable import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif
#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
#endif

/// A session that signs and sends requests, and retries those that a new signature can help.
@Suite(.timeLimit(.minutes(10))) struct SigningSessionTests {
  private static let expired = Credentials(accessKeyID: "AKIDEXPIRED", secretAccessKey: "old", sessionToken: "expired")
  private static let fresh = Credentials(accessKeyID: "AKIDFRESH", secretAccessKey: "new", sessionToken: "fresh")

  /// Returns expired credentials at first, then fresh ones.
  private final class Rotation: CredentialProvider {
    private let calls = Mutex(0)
    var count: Int { calls.withLock(\.self) }

    func credentials() async throws -> Credentials {
      calls.withLock { calls in
        calls += 1
        return calls == 1 ? SigningSessionTests.expired : SigningSessionTests.fresh
      }
    }
  }

  /// Lets a number of callers continue once all of them wait.
  private final class Barrier: Sendable {
    private let count: Int
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(_ count: Int) { self.count = count }

    func wait() async {
      await withCheckedContinuation { continuation in
        let all = waiting.withLock { waiting in
          waiting.append(continuation)
          return waiting.count == count ? waiting : []
        }
        for continuation in all { continuation.resume() }
      }
    }
  }

  /// A service that verifies signatures with the fresh credentials, and calls all others expired.
  private func server(
    clock offset: Duration = .zero,
    answer: @escaping @Sendable (SignableRequest) -> LocalServer.Response? = { _ in nil },
    beforeRejection: @escaping @Sendable () async -> Void = {}
  ) async throws -> LocalServer {
    let clock = LocalClock()
    clock.offset = offset
    return try await LocalServer.start(clock: clock) { request, body in
      if let answer = answer(request) { return answer }
      if request.headers["x-amz-security-token"] == Self.expired.sessionToken {
        await beforeRejection()
        return LocalServer.Response(
          status: 403,
          text: "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>")
      }
      do throws(VerificationError) {
        let payload = Payload.bytes(body)
        _ = try Verifier(service: "orders").verify(request, payload: payload, with: Self.fresh, at: clock.now)
        return LocalServer.Response(status: 200, text: "hello")
      } catch {
        let code = error.code == .skewedDate ? "RequestTimeTooSkewed" : "AccessDenied"
        return LocalServer.Response(status: 403, text: "<Error><Code>\(code)</Code></Error>")
      }
    }
  }

  private func session(_ credentials: some CredentialProvider = StaticCredentialProvider(fresh)) -> SigningSession {
    SigningSession(service: "orders", region: "us-west-2", credentials: credentials)
  }

  /// Sends a request with URLSession, and returns the status.
  private func status(
    _ session: SigningSession, _ server: LocalServer, _ change: (inout URLRequest) -> Void = { _ in }
  ) async throws -> Int {
    var request = URLRequest(url: try #require(URL(string: server.baseURL + "/orders?a=1")))
    change(&request)
    return try await session.data(for: request).1.statusCode
  }

  @Test(arguments: [600, -600, 86_400 * 400])
  func `a clock that is wrong is corrected by the first rejection, for the requests after it too`(
    seconds: Int
  ) async throws {
    let server = try await server(clock: .seconds(seconds))
    try await server.whileRunning { server async throws in
      let session = session()
      #expect(try await status(session, server) == 200)
      #expect(try await status(session, server) { ($0.httpMethod, $0.httpBody) = ("POST", Data("x".utf8)) } == 200)
      #expect(server.requests().count == 3)
    }
  }

  @Test func `an expired token is replaced, and the request is sent once more`() async throws {
    let server = try await server()
    try await server.whileRunning { server async throws in
      let rotation = Rotation()
      let session = session(rotation)
      #expect(try await status(session, server) == 200)
      #expect(try await status(session, server) == 200)
      #expect(server.requests().count == 3)
      #expect(rotation.count == 2)
    }
  }

  // URLSession opens at most 6 connections to a host.
  @Test(arguments: [2, 5]) func `rejections of concurrent requests renew the credentials once`(count: Int) async throws
  {
    let barrier = Barrier(count)
    let server = try await server(beforeRejection: { await barrier.wait() })
    try await server.whileRunning { server async throws in
      let rotation = Rotation()
      let session = session(rotation)
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count { group.addTask { try await status(session, server) } }
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.requests().count == 2 * count)
      #expect(rotation.count == 2)
    }
  }

  @Test func `an expired token and a wrong clock are both corrected`() async throws {
    let server = try await server(clock: .seconds(600))
    try await server.whileRunning { server async throws in
      #expect(try await status(session(Rotation()), server) == 200)
      #expect(server.requests().count == 3)
    }
  }

  @Test func `credentials that aren't renewed are sent once`() async throws {
    let server = try await server()
    try await server.whileRunning { server async throws in
      #expect(try await status(session(StaticCredentialProvider(Self.expired)), server) == 403)
      #expect(server.requests().count == 1)
    }
  }

  @Test func `if the service's clock jumps with each request, two are sent`() async throws {
    let clock = LocalClock()
    let server = try await LocalServer.start(clock: clock) { _, _ in
      clock.offset += .seconds(600)
      return LocalServer.Response(status: 403, text: "RequestTimeTooSkewed")
    }
    try await server.whileRunning { server async throws in
      #expect(try await status(session(), server) == 403)
      #expect(server.requests().count == 2)
    }
  }

  @Test func `each host's clock is learned separately`() async throws {
    let session = session()
    for seconds in [600, -600] {
      let server = try await server(clock: .seconds(seconds))
      try await server.whileRunning { server async throws in
        for count in [2, 3] {
          #expect(try await status(session, server) == 200)
          #expect(server.requests().count == count)
        }
      }
    }
  }

  @Test func `credentials that are rejected after they were renewed aren't renewed for each request`() async throws {
    let server = try await server()
    try await server.whileRunning { server async throws in
      let calls = Mutex(0)
      let session = session(
        ClosureProvider {
          let count = calls.withLock { count in
            count += 1
            return count
          }
          return Credentials(accessKeyID: "AKID\(count)", secretAccessKey: "x", sessionToken: Self.expired.sessionToken)
        })
      for _ in 0..<3 { #expect(try await status(session, server) == 403) }
      #expect(calls.withLock(\.self) == 2)
      #expect(server.requests().count == 4)
    }
  }

  @Test func `if renewing fails, the rejection is returned`() async throws {
    let server = try await server()
    try await server.whileRunning { server async throws in
      let isRenewed = Mutex(false)
      let source = ClosureProvider {
        let wasAsked = isRenewed.withLock { isRenewed in
          defer { isRenewed = true }
          return isRenewed
        }
        guard !wasAsked else { throw CredentialError(.misconfigured, "no") }
        return Self.expired
      }
      #expect(try await status(session(source), server) == 403)
    }
  }

  private struct ClosureProvider: CredentialProvider {
    let answer: @Sendable () throws -> Credentials
    func credentials() async throws -> Credentials { try answer() }
  }

  @Test func `a rejection without a body, as to HEAD, is corrected if the times differ`() async throws {
    let server = try await server(clock: .seconds(600))
    try await server.whileRunning { server async throws in
      #expect(try await status(session(), server) { $0.httpMethod = "HEAD" } == 200)
      #expect(server.requests().count == 2)
    }
  }

  @Test func `an answer that requires a password is returned`() async throws {
    let server = try await server { _ in
      LocalServer.Response(status: 401, text: "who?", headers: [HeaderField("WWW-Authenticate", "Basic realm=\"x\"")])
    }
    try await server.whileRunning { server async throws in
      let (body, response) = try await session().data(for: URLRequest(url: try #require(URL(string: server.baseURL))))
      #expect(response.statusCode == 401)
      #expect(String(decoding: body, as: UTF8.self) == "who?")
    }
  }

  @Test(arguments: ["https://iam.amazonaws.com/", "https://bucket.s3.amazonaws.com/"])
  func `a request to an AWS host without a region isn't signed for the region of the process`(url: String) async throws
  {
    let session = SigningSession(
      service: "iam", credentials: StaticCredentialProvider(Self.fresh),
      regions: RegionChain(environment: ["AWS_REGION": "eu-central-1"]))
    let request = try SignableRequest(method: "GET", url: url)
    let error = await #expect(throws: SigningError.self) {
      try await session.send(request, payload: .empty) { _ in ((), nil) }
    }
    #expect(error?.code == .missingRegion)
  }

  @Test(arguments: [400, 403, 404, 500, 503])
  func `any other response is returned unchanged`(status: Int) async throws {
    let server = try await server { _ in LocalServer.Response(status: status, text: "<Code>AccessDenied</Code>") }
    try await server.whileRunning { server async throws in
      let url = try #require(URL(string: server.baseURL))
      let (body, response) = try await session().data(for: URLRequest(url: url))
      #expect(response.statusCode == status)
      #expect(String(decoding: body, as: UTF8.self) == "<Code>AccessDenied</Code>")
      #expect(server.requests().count == 1)
    }
  }

  @Test func `a redirect isn't followed, so that no other host gets the signature`() async throws {
    let other = try await server()
    try await other.whileRunning { other async throws in
      let target = other.baseURL
      let server = try await server { _ in
        LocalServer.Response(status: 307, text: "", headers: [HeaderField("Location", target + "/other")])
      }
      try await server.whileRunning { server async throws in
        #expect(try await status(session(), server) == 307)
        #expect(other.requests().isEmpty)
      }
    }
  }

  @Test func `a body that can't be sent twice isn't, and the error says so`() async throws {
    let server = try await server(clock: .seconds(600))
    try await server.whileRunning { server async throws in
      let session = session()
      let url = try #require(URL(string: server.baseURL + "/orders"))
      let host = "127.0.0.1:\(server.port)"
      let request = SignableRequest(method: "POST", target: "/orders", headers: [HeaderField("Host", host)])
      let send = {
        try await session.send(request, payload: .bytes(Array("x".utf8)), isRepeatable: false) { signed in
          var sent = URLRequest(url: url)
          (sent.httpMethod, sent.httpBody) = ("POST", Data("x".utf8))
          for header in signed.addedHeaders(since: request) {
            sent.setValue(header.value, forHTTPHeaderField: header.name)
          }
          let (body, response) = try await URLSession.shared.data(for: sent)
          let answer = try #require(response as? HTTPURLResponse)
          let date = HeaderField("Date", answer.value(forHTTPHeaderField: "Date") ?? "")
          let rejection = ServiceErrorResponse(
            String(decoding: body, as: UTF8.self), status: answer.statusCode, headers: [date])
          return (answer.statusCode, answer.statusCode == 200 ? nil : rejection)
        }
      }
      let error = await #expect(throws: SigningError.self) { try await send() }
      #expect(error?.code == .unrepeatablePayload)
      // But the session has learned the time.
      #expect(try await send() == 200)
      #expect(server.requests().count == 2)
    }
  }

  @Test(arguments: [0, 600]) func `a body stream is sent once, and the error says so`(seconds: Int) async throws {
    let server = try await server(clock: .seconds(seconds))
    try await server.whileRunning { server async throws in
      let session = session()
      let body = Data("x".utf8)
      var request = URLRequest(url: try #require(URL(string: server.baseURL + "/orders")))
      request.httpMethod = "POST"
      let send = {
        var request = request
        request.httpBodyStream = InputStream(data: body)
        return try await session.data(for: request, payload: .data(body)).1.statusCode
      }
      if seconds > 0 {
        let error = await #expect(throws: SigningError.self) { _ = try await send() }
        #expect(error?.code == .unrepeatablePayload)
        #expect(server.requests().count == 1)
      }
      #expect(try await send() == 200)
      #expect(server.requests().last?.body == Array(body))
    }
  }

  @Test(arguments: [
    ("AWS_REGION", "eu-central-1"), ("AWS_DEFAULT_REGION", "ap-south-1"),
  ])
  func `a host that names no region is signed for the region of the environment`(
    variable: String, region: String
  ) async throws {
    let environment = [variable: region, "AWS_EC2_METADATA_DISABLED": "true"]
    let session = SigningSession(
      service: "orders", credentials: StaticCredentialProvider(Self.fresh),
      regions: RegionChain(environment: environment))
    let request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "orders.example.com")])
    let scope = try await session.send(request, payload: .empty) { (try SignatureClaim($0).scope, nil) }
    #expect(scope.region == region)
  }

  @Test func `without any region the error names the remedies`() async throws {
    let environment = ["AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent"]
    let error = await #expect(throws: SigningError.self) { try await RegionChain(environment: environment).region() }
    #expect(error?.code == .missingRegion)
    for remedy in ["AWS_REGION", "AWS_DEFAULT_REGION", "profile", "in code", "host"] {
      #expect(error?.message.contains(remedy) == true, "\(remedy)")
    }
  }
}

extension SigningSessionTests {
  @Test func `a cancelled request ends, although the answer never does`() async throws {
    let server = try await server { _ in
      LocalServer.Response(status: 200, text: "late", delivery: Delivery(ending: .stalled(afterBytes: 1)))
    }
    try await server.whileRunning { server async throws in
      let session = session()
      let request = URLRequest(url: try #require(URL(string: server.baseURL)))
      let task = Task { try await session.data(for: request) }
      while server.requests().isEmpty { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test(
    arguments: [
      ("default", nil), ("other", "eu-central-1"),
    ] as [(String, String?)])
  func `the region of the profile is found, if it has one`(profile: String, region: String?) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data("[default]\nregion =\n[profile other]\nregion = eu-central-1\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let chain = RegionChain(
      profile: profile, environment: ["AWS_CONFIG_FILE": file.path(), "AWS_EC2_METADATA_DISABLED": "true"])
    #expect((try? await chain.region()) == region)
  }

  @Test func `a region that isn't found is looked up again after five seconds`() async throws {
    let isFound = Mutex(false)
    let metadata = try await LocalServer.start { request, _ in
      guard request.method == "GET" else { return LocalServer.Response(status: 200, text: "token") }
      return isFound.withLock(\.self)
        ? LocalServer.Response(status: 200, text: "us-west-2") : LocalServer.Response(status: 404)
    }
    try await metadata.whileRunning { metadata async throws in
      let environment = [
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.baseURL, "AWS_METADATA_SERVICE_TIMEOUT": "300",
        "AWS_CONFIG_FILE": "/nonexistent",
      ]
      let time = Mutex(Date(timeIntervalSince1970: 1_440_938_160))
      let session = SigningSession(
        signer: Signer(service: "orders"), credentials: StaticCredentialProvider(Self.fresh).cached(),
        regions: RegionChain(environment: environment), now: { time.withLock(\.self) })
      let request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", "orders.example.com")])
      let send = { try await session.send(request, payload: .empty) { (try SignatureClaim($0).scope.region, nil) } }
      var lookups: [Int] = []
      for second in [0.0, 4.9, 5, 9.9, 4] {
        time.withLock { $0 = Date(timeIntervalSince1970: 1_440_938_160 + second) }
        let error = await #expect(throws: SigningError.self) { _ = try await send() }
        #expect(error?.code == .missingRegion)
        lookups.append(metadata.requests().filter { $0.request.method == "GET" }.count)
      }
      // The last is a clock that was set back.
      #expect(
        lookups[1] == lookups[0] && lookups[2] > lookups[1] && lookups[3] == lookups[2] && lookups[4] > lookups[3])
      isFound.withLock { $0 = true }
      time.withLock { $0 += 10 }
      for _ in 0..<2 { #expect(try await send() == "us-west-2") }
    }
  }

  @Test func `the region defaults to that of the instance`() async throws {
    let instance = Instance(roleName: "role", credentials: Self.fresh)
    try await InstanceMetadataService.start(instance).whileRunning { service async throws in
      let environment = [
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.baseURL, "AWS_METADATA_SERVICE_TIMEOUT": "300",
        "AWS_CONFIG_FILE": "/nonexistent",
      ]
      #expect(try await RegionChain(environment: environment).region() == "us-west-2")
    }
  }
}

#if AsyncHTTPClient
  extension SigningSessionTests {
    private func status(
      _ session: SigningSession, _ url: String, isRepeatable: Bool? = true, on client: HTTPClient = .shared
    ) async throws -> UInt {
      var request = HTTPClientRequest(url: url)
      request.method = .POST
      request.body = .bytes(ByteBuffer(string: "x"))
      let response = try await session.execute(
        request, payload: .bytes(Array("x".utf8)), isRepeatable: isRepeatable, timeout: .seconds(60), on: client)
      return response.status.code
    }

    @Test func `over AsyncHTTPClient, an expired token and a wrong clock are both corrected`() async throws {
      let server = try await server(clock: .seconds(600))
      try await server.whileRunning { server async throws in
        #expect(try await status(session(Rotation()), server.baseURL) == 200)
        #expect(server.requests().count == 3)
      }
    }

    @Test func `over AsyncHTTPClient, a body that can't be sent twice isn't`() async throws {
      let server = try await server(clock: .seconds(600))
      try await server.whileRunning { server async throws in
        let session = session()
        let error = await #expect(throws: SigningError.self) {
          try await status(session, server.baseURL, isRepeatable: nil)
        }
        #expect(error?.code == .unrepeatablePayload)
        #expect(try await status(session, server.baseURL, isRepeatable: nil) == 200)
      }
    }

    @Test func `over AsyncHTTPClient, the body of a rejection can still be read`() async throws {
      let server = try await server { _ in LocalServer.Response(status: 403, text: "AccessDenied") }
      try await server.whileRunning { server async throws in
        let response = try await session().execute(
          HTTPClientRequest(url: server.baseURL), timeout: .seconds(60), on: .shared)
        #expect(String(buffer: try await response.body.collect(upTo: 100)) == "AccessDenied")
      }
    }

    @Test func `a redirect that AsyncHTTPClient has followed is an error, and no other host gets the signature`()
      async throws
    {
      let other = try await server()
      try await other.whileRunning { other async throws in
        let target = other.baseURL
        let server = try await server { _ in
          LocalServer.Response(status: 307, text: "", headers: [HeaderField("Location", target)])
        }
        try await server.whileRunning { server async throws in
          let error = await #expect(throws: SigningError.self) { try await status(session(), server.baseURL) }
          #expect(error?.code == .changedByClient)
          #expect(other.requests().allSatisfy { $0.request.headers["authorization"] == nil })
          let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
          #expect(try await status(session(), server.baseURL, on: client) == 307)
          try await client.shutdown()
        }
      }
    }

    @Test func `a rejection whose body never ends fails at the deadline`() async throws {
      let server = try await server { _ in
        LocalServer.Response(status: 403, text: "late", delivery: Delivery(ending: .stalled(afterBytes: 1)))
      }
      try await server.whileRunning { server async throws in
        let error = await #expect(throws: HTTPClientError.self) {
          try await session().execute(HTTPClientRequest(url: server.baseURL), timeout: .seconds(1), on: .shared)
        }
        #expect(error == .deadlineExceeded)
      }
    }

    @Test func `a long rejection is returned without being read`() async throws {
      let server = try await server { _ in
        LocalServer.Response(status: 403, text: String(repeating: "x", count: 2 << 20))
      }
      try await server.whileRunning { server async throws in
        let response = try await session().execute(
          HTTPClientRequest(url: server.baseURL), timeout: .seconds(60), on: .shared)
        #expect(try await response.body.collect(upTo: 4 << 20).readableBytes == 2 << 20)
      }
    }
  }
#endif

extension SignableRequest {
  fileprivate func addedHeaders(since request: SignableRequest) -> [HeaderField] {
    headers.filter { !request.headers.contains($0) }
  }
}
