/// One conversation with the service, by the end of which it must have told what was asked.
struct InstanceMetadataFetch {
  /// How the requests of this conversation are let in.
  private enum Admission {
    case undecided
    case token(String)
    case withoutToken
  }

  static let tokenPath = "/latest/api/token"
  private static let tokenField = "x-aws-ec2-metadata-token"
  private static let lifetimeField = "x-aws-ec2-metadata-token-ttl-seconds"

  let client: InstanceMetadataClient
  private let end: ContinuousClock.Instant
  private var admission = Admission.undecided

  init(_ client: InstanceMetadataClient) {
    self.client = client
    end = .now + client.settings.timeout * 5
    if client.settings.version == .v1 { admission = .withoutToken }
  }

  /// The session token that requests carry; `nil` where there is none.
  var token: String? { if case .token(let token) = admission { token } else { nil } }

  /// The answer to a GET, which may have any status but 401.
  mutating func get(_ path: String) async throws -> TransportResponse {
    let first = try await sendAdmitted(path)
    guard first.status == 401 else { return first }
    guard case .token(let refused) = admission else {
      throw client.error(.badAnswer, "wants a session token and gives none")
    }
    // The token is too old, or from before a restart of the service: one new one must do.
    client.drop(refused)
    admission = .undecided
    let second = try await sendAdmitted(path)
    guard second.status != 401 else {
      throw client.error(.badAnswer, "refuses its own new session token")
    }
    return second
  }

  private mutating func sendAdmitted(_ path: String) async throws -> TransportResponse {
    if case .undecided = admission { admission = try await admit() }
    return try await send("GET", path, token.map { [HeaderField(Self.tokenField, $0)] } ?? [])
  }

  private func admit() async throws -> Admission {
    if let token = client.token { return .token(token) }
    let lifetime = HeaderField(Self.lifetimeField, "\(InstanceMetadataClient.tokenLifetime)")
    let answer = try await send("PUT", Self.tokenPath, [lifetime])
    switch answer.status {
    case 200:
      let token = try token(in: answer)
      client.keep(token, seconds: answer.header(Self.lifetimeField).flatMap { Int($0.trimmed) } ?? .max)
      return .token(token)
    case 403, 404, 405:
      guard client.settings.version == .automatic else {
        throw client.error(
          .badAnswer,
          "answered \(answer.status) to the request for a session token, and version 1, which needs none, is disabled"
            + " (AWS_EC2_METADATA_V1_DISABLED or version: .v2)")
      }
      return .withoutToken
    default:
      throw client.unexpected(answer, to: "the request for a session token")
    }
  }

  private func token(in answer: TransportResponse) throws(CredentialError) -> String {
    let token = String(decoding: answer.body, as: UTF8.self).trimmed
    guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw client.error(.badAnswer, "answered the request for a session token with something that is none")
    }
    return token
  }

  /// Sends a request, again and again while the answer says that it may succeed later.
  private func send(_ method: String, _ path: String, _ headers: [HeaderField]) async throws -> TransportResponse {
    let timeout = client.settings.timeout
    var attempt = 1
    while true {
      let left = end - .now
      guard left > .zero else { throw client.error(.timedOut, "didn't let the conversation end in time") }
      let request = TransportRequest(
        method: method, url: client.settings.endpoint + path, headers: headers,
        deadlines: TransportDeadlines(connect: timeout, firstByte: timeout, whole: min(timeout * 3, left)))
      let isLast = attempt >= client.settings.attempts
      do throws(TransportError) {
        let answer = try await client.transport.send(request)
        let isPassing = answer.status == 429 || answer.status >= 500 || answer.status == 401 && method == "PUT"
        if !isPassing || isLast { return answer }
      } catch {
        if error.code != .closed || isLast { throw client.error(error, to: method) }
      }
      try await client.clock.sleep(min(client.clock.pause(after: attempt), max(.zero, end - .now)))
      attempt += 1
    }
  }
}
