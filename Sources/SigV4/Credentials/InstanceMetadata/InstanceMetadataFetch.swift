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

extension InstanceMetadataFetch {
  private static let root = "/latest/meta-data/"
  /// How often the role is asked for when its credentials have gone meanwhile.
  private static let rounds = 3

  /// The credentials of the instance's role.
  ///
  /// The extended paths, which also return the account ID, are tried until the service turns out not to have them: it
  /// answers 404, or fails (5xx) in each attempt before it has ever served them.
  mutating func credentials() async throws -> Credentials {
    for _ in 0..<Self.rounds {
      var paths = client.paths == .legacy ? InstanceMetadataClient.Paths.legacy : .extended
      if let name = client.settings.roleName {
        if let credentials = try await credentials(named: name, paths) { return credentials }
        if client.paths == .unknown, let credentials = try await credentials(named: name, .legacy) {
          return credentials
        }
        // No wrong setting for sure, since a role may be gone for a moment: a cache goes on with what it holds.
        throw client.error(
          .badAnswer,
          "has no role of the configured name \(name.quoted) (AWS_EC2_INSTANCE_PROFILE_NAME or roleName)")
      }
      var name = try await roleName(paths)
      if name == nil, client.paths == .unknown {
        paths = .legacy
        name = try await roleName(paths)
      }
      guard let name else {
        throw client.error(.notAvailable, "has no role: attach one to the instance, by an instance profile")
      }
      // A role that has gone since it was listed has been swapped for another.
      if let credentials = try await credentials(named: name, paths) { return credentials }
    }
    throw client.error(.badAnswer, "lists a role and then doesn't know it, \(Self.rounds) times over")
  }

  /// The region that the instance is in.
  mutating func region() async throws -> String {
    let answer = try await get(Self.root + "placement/region")
    guard answer.status != 404 else { throw client.error(.notAvailable, "doesn't tell the region") }
    guard answer.status == 200 else { throw client.unexpected(answer, to: "the request for the region") }
    let region = String(decoding: answer.body, as: UTF8.self).trimmed
    guard region.isRegionName else { throw client.error(.badAnswer, "tells something that is no region") }
    return region
  }

  /// The name of the first role in the listing; `nil` where there is no listing.
  private mutating func roleName(_ paths: InstanceMetadataClient.Paths) async throws -> String? {
    let answer = try await get(Self.path(paths))
    guard answer.status != 404, !isLacking(paths, answer) else { return nil }
    guard answer.status == 200 else { throw client.unexpected(answer, to: "the request for the role's name") }
    let lines = answer.body.split { $0 == 0x0A || $0 == 0x0D }
    guard let name = lines.lazy.compactMap({ String(decoding: $0, as: UTF8.self).nonBlank }).first else {
      throw client.error(.badAnswer, "answered the request for the role's name with nothing")
    }
    return name
  }

  /// The credentials of the role called `name`; `nil` where there is no such role.
  private mutating func credentials(
    named name: String, _ paths: InstanceMetadataClient.Paths
  ) async throws -> Credentials? {
    var encoded = ByteBuffer(capacity: 64)
    PercentEncoding.append(name, to: &encoded)
    let answer = try await get(Self.path(paths) + encoded.string())
    guard answer.status != 404 else { return nil }
    guard !isLacking(paths, answer) else { return try await credentials(named: name, .legacy) }
    guard answer.status == 200 else { throw client.unexpected(answer, to: "the request for the role's credentials") }
    let document = try CredentialsDocument(answer.body, from: client.name)
    if let code = document.code, code.utf8.asciiLowercased != "success" {
      throw client.refusal(document, to: token)
    }
    let credentials = try document.credentials(.temporary)
    client.paths = paths
    return credentials
  }

  /// Whether the answer may come from a service that doesn't have the extended paths.
  private func isLacking(_ paths: InstanceMetadataClient.Paths, _ answer: TransportResponse) -> Bool {
    answer.status >= 500 && paths == .extended && client.paths == .unknown
  }

  private static func path(_ paths: InstanceMetadataClient.Paths) -> String {
    root + (paths == .legacy ? "iam/security-credentials/" : "iam/security-credentials-extended/")
  }
}
