#if AsyncHTTPClient
  import AsyncHTTPClient
  import Foundation
  import NIOCore
  import NIOHTTP1
  import SigV4

  /// Answers requests: signs each, sends it to the service, and passes on the response.
  struct ProxyExchange: Sendable {
    typealias Requests = ProxyConnection.Requests
    typealias Responses = ProxyConnection.Responses

    let target: ProxyTarget
    let settings: SigningProxy.Settings
    let client: HTTPClient

    /// Answers one request, and returns whether the connection can be used for another.
    func answer(
      _ head: HTTPRequestHead, _ requests: inout Requests, _ response: ProxyResponse
    ) async throws -> Bool {
      let start = ContinuousClock.now
      do {
        var isRead = false
        do {
          try await respond(to: head, &requests, &isRead, response)
        } catch let answer as Answer {
          try await response.write(answer)
        } catch let error as HTTPParserError where response.status == nil {
          try await response.write(
            Answer(.badRequest, "Malformed body: \(error). Send it with a Content-Length, or in valid chunks."))
          head.log(response.status, since: start)
          return false
        }
        head.log(response.status, since: start)
        guard response.isReusable else { return false }
        // The log has a line already, so an error only ends the connection.
        return isRead ? true : (try? await skip(&requests)) ?? false
      } catch {
        response.abort()
        let isClosed = Task.isCancelled || error is ChannelError
        head.log(response.status, since: start, isClosed ? "the connection was closed" : "\(error)")
        throw error
      }
    }

    /// Responds to one request; `isRead` becomes true when the request is read to its end.
    private func respond(
      to head: HTTPRequestHead, _ requests: inout Requests, _ isRead: inout Bool, _ response: ProxyResponse
    ) async throws {
      let objection = target.objection(to: head)
      if head.uri == settings.healthPath { throw await health(isExplained: objection == nil) }
      if let objection { throw Answer(.forbidden, objection) }
      if head.isWebSocketHandshake {
        throw Answer(.badRequest, "A WebSocket can't follow another request on a connection. Open a new connection.")
      }
      try await forward(head, &requests, &isRead, response)
    }

    /// An answer of the proxy itself.
    struct Answer: Error {
      let status: HTTPResponseStatus
      let text: String
      init(_ status: HTTPResponseStatus, _ text: String) {
        self.status = status
        self.text = text
      }
    }

    /// Reports whether there are credentials, and if `isExplained` why not: web pages mustn't learn the reason.
    private func health(isExplained: Bool) async -> Answer {
      do {
        let provider: CachedCredentialProvider = .default
        _ = try await provider.credentials()
        return Answer(.ok, "ok")
      } catch {
        return Answer(.serviceUnavailable, isExplained ? "\(error)" : "There are no credentials.")
      }
    }

    /// Signs a request and sends it.
    private func forward(
      _ head: HTTPRequestHead, _ requests: inout Requests, _ isRead: inout Bool, _ response: ProxyResponse
    ) async throws {
      var request = HTTPClientRequest(url: target.origin + head.uri)
      request.method = head.method
      let (signed, unsigned) = target.headers(of: head)
      request.headers = signed
      let codings = head.headers[canonicalForm: "transfer-encoding"].map { $0.lowercased() }
      guard codings.isEmpty || codings == ["chunked"] else {
        throw Answer(
          .notImplemented, "The proxy reads only the transfer coding chunked. Send the body without other codings.")
      }
      let length = try Self.length(of: head)
      guard length ?? 0 > 0 || !codings.isEmpty else {
        isRead = try await skip(&requests)
        return try await send(request, .empty, unsigned, isRepeatable: true, response)
      }
      guard let payload = try streamedPayload(signed) else {
        if let length, length > settings.bodyLimit { throw tooLong }
        try await response.askForBody()
        let body = try await collect(&requests)
        isRead = true
        request.body = .bytes(body)
        return try await send(request, .buffer(body), unsigned, isRepeatable: true, response)
      }
      try await response.askForBody()
      let (body, source, demand) = ProxyBody.make()
      request.body = .stream(body, length: length.map { .known($0) } ?? .unknown)
      try await withThrowingTaskGroup(of: Void.self) { group in
        let streamed = request
        group.addTask {
          // The response doesn't wait for a client that has stopped sending.
          do {
            try await send(streamed, payload, unsigned, isRepeatable: false, response)
          } catch let answer as Answer {
            try await response.write(answer)
          } catch {
            response.abort()
            throw error
          }
        }
        do {
          isRead = try await feed(&requests, to: source, demand)
        } catch {
          source.finish(CancellationError())
          throw error
        }
        try await group.waitForAll()
      }
    }

    /// The length of the body; `nil` if the head doesn't contain it.
    private static func length(of head: HTTPRequestHead) throws -> Int64? {
      // Without the spaces around the value, which aren't part of it (RFC 9110, 5.5).
      guard let text = head.headers[canonicalForm: "content-length"].first else { return nil }
      guard let length = Int64(text) else {
        throw Answer(.badRequest, "Invalid Content-Length. Send the number of bytes of the body.")
      }
      return length
    }

    /// The payload to sign for a body that is sent while it is read; `nil` for services that require its hash.
    private func streamedPayload(_ headers: HTTPHeaders) throws -> Payload? {
      let hash = headers.first(name: "x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD"
      if hash.utf8.count == 64 { return .hash(hash) }
      guard hash == "UNSIGNED-PAYLOAD" else {
        throw Answer(
          .badRequest,
          "The proxy doesn't send bodies that are signed in chunks."
            + " Send the body itself, with its SHA-256, UNSIGNED-PAYLOAD or nothing in x-amz-content-sha256.")
      }
      return target.service.payload == .signed ? nil : .unsigned
    }

    private func send(
      _ request: HTTPClientRequest, _ payload: Payload, _ unsigned: HTTPHeaders, isRepeatable: Bool,
      _ response: ProxyResponse
    ) async throws {
      let received: HTTPClientResponse
      do {
        received = try await target.session.send(request, payload: payload, isRepeatable: isRepeatable) { signed in
          var sent = signed
          sent.headers.add(contentsOf: unsigned)
          var received = try await client.execute(sent, deadline: .distantFuture)
          guard isRepeatable, [400, 401, 403].contains(received.status.code),
            let length = received.headers.first(name: "content-length").flatMap({ Int($0) }), length <= 1 << 16
          else { return (received, nil) }
          let body = try await received.body.collect(upTo: 1 << 16)
          received.body = .bytes(body)
          return (
            received,
            ServiceErrorResponse(
              String(buffer: body), status: Int(received.status.code),
              headers: received.headers.map { HeaderField($0.name, $0.value) })
          )
        }
      } catch  where Task.isCancelled || error is CancellationError {
        throw CancellationError()
      } catch let error as SigningError {
        throw Answer(.badRequest, "\(error)")
      } catch let error as CredentialError {
        throw Answer(.serviceUnavailable, "\(error)")
      } catch let error as HTTPClientError where Self.timeouts.contains(error) {
        throw Answer(
          .gatewayTimeout, "The service hasn't responded in time: \(error). Check the service, or raise --timeout.")
      } catch let error as HTTPClientError where error == .invalidURL {
        throw Answer(.badRequest, "Invalid request target. Percent-encode its invalid characters.")
      } catch {
        throw Answer(.badGateway, "The service can't be reached: \(error). Check the proxy's target and the network.")
      }
      guard received.status.code >= 200 else {
        throw Answer(
          .badGateway, "The service switches the protocol, which the proxy supports only for WebSockets. Check it.")
      }
      try await response.write(received)
    }

    private static let timeouts: [HTTPClientError] = [
      .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
    ]

    private var tooLong: Answer {
      Answer(
        .payloadTooLarge,
        "The body is longer than \(settings.bodyLimit >> 20) MiB, which the proxy keeps in memory to sign it."
          + " Raise --body-limit, or send its SHA-256 in x-amz-content-sha256.")
    }

    /// The body, for a service that signs payloads.
    private func collect(_ requests: inout Requests) async throws -> ByteBuffer {
      var body = ByteBuffer()
      while let part = try await requests.next() {
        switch part {
        case .head: break
        case .body(var bytes):
          guard body.readableBytes + bytes.readableBytes <= settings.bodyLimit else {
            throw tooLong
          }
          body.writeBuffer(&bytes)
        case .end: return body
        }
      }
      throw ChannelError.inputClosed
    }

    /// Passes the body to the service as fast as the service reads it; returns whether the request was read to its end.
    private func feed(
      _ requests: inout Requests, to body: ProxyBody.Source, _ demand: AsyncStream<Void>
    ) async throws -> Bool {
      var demands = demand.makeAsyncIterator()
      while let part = try await requests.next() {
        switch part {
        case .head: break
        case .body(let bytes):
          switch body.yield(bytes) {
          case .produceMore: break
          case .stopProducing: await demands.next()
          // The service has responded without reading the rest.
          case .dropped: return try await skip(&requests)
          }
        case .end:
          body.finish()
          return true
        }
      }
      throw ChannelError.inputClosed
    }

    /// Reads the rest of a request; returns whether it ended within a limit.
    private func skip(_ requests: inout Requests) async throws -> Bool {
      var rest = settings.bodyLimit
      while let part = try await requests.next() {
        switch part {
        case .head: break
        case .body(let bytes):
          rest -= bytes.readableBytes
          if rest < 0 { return false }
        case .end: return true
        }
      }
      return false
    }
  }

  extension HTTPRequestHead {
    /// Writes one line to the log, without the query, which can contain a secret.
    func log(_ status: HTTPResponseStatus?, since start: ContinuousClock.Instant, _ failure: String? = nil) {
      let path = uri.prefix { $0 != "?" }
      let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
      ServingLog.note(
        "\(method.rawValue) \(path.prefix(256).debugDescription) \(status.map { "\($0.code)" } ?? "-")"
          + " \(milliseconds) ms\(failure.map { ": \($0)" } ?? "")")
    }
  }
#endif
