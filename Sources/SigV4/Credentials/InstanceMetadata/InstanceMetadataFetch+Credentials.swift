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
