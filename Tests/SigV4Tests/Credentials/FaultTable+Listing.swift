import LocalAWS
import SigV4

extension FaultTable {
  static let listingFaults: [InstanceMetadataFault] = broken + empty + untrimmed + oddNames + passing.flatMap(\.self)

  private static let broken: [InstanceMetadataFault] = [
    .init(
      id: "F19", name: "listing 401 once", faults: [.onListing(.answer(401))],
      requests: [.token, .listing, .token, .listing, .credentials]),
    .init(
      id: "F19", name: "credentials 401 once", faults: [.onCredentials(times: 1, .answer(401))],
      requests: [.token, .listing, .credentials, .token, .credentials]),
    .init(
      id: "F20", name: "listing 401 twice", faults: [.onListing(times: 2, .answer(401))], outcome: .fails(.badAnswer),
      requests: [.token, .listing, .token, .listing]),
    .init(
      id: "F21", name: "listing 403", faults: [.onListing(.answer(403))], outcome: .fails(.badAnswer, naming: "403"),
      requests: [.token, .listing]),
    .init(
      id: "F22", name: "listing 404, extended: the service knows only the legacy paths",
      requests: [.token, .listing, .legacyListing, .legacyCredentials, .legacyListing, .legacyCredentials], calls: 2,
      instance: { $0.extendedPaths = .unknown }),
    .init(
      id: "F22", name: "the same with a configured name",
      requests: [.token, .credentials, .legacyCredentials, .legacyCredentials], calls: 2,
      configuredRoleName: InstanceMetadataFault.roleName, instance: { $0.extendedPaths = .unknown }),
    .init(
      id: "F23", name: "no role", outcome: .fails(.notAvailable),
      requests: [.token, .listing, .legacyListing],
      instance: { $0.roleName = nil }),
    .init(
      id: "F24", name: "listing 500, extended: the service may know only the legacy paths",
      faults: [.onListing(times: 3, .answer(500))],
      requests: [
        .token, .listing, .listing, .listing, .legacyListing, .legacyCredentials, .legacyListing, .legacyCredentials,
      ], calls: 2),
    .init(
      id: "F24", name: "listing 500, both",
      faults: [
        .onListing(times: 3, .answer(500)), .on("GET", InstanceMetadataFault.legacyListing, .answer(500)),
      ], outcome: .fails(.badAnswer, naming: "500"),
      requests: [.token, .listing, .listing, .listing, .legacyListing, .legacyListing, .legacyListing]),
    .init(
      id: "F24", name: "listing 429", faults: [.onListing(times: 3, .answer(429))],
      outcome: .fails(.badAnswer, naming: "429"), requests: [.token, .listing, .listing, .listing]),
    .init(
      id: "F24", name: "credentials 500, extended: the service may know only the legacy paths",
      faults: [.onCredentials(times: 3, .answer(500))],
      requests: [.token, .listing, .credentials, .credentials, .credentials, .legacyCredentials]),
    .init(
      id: "F24", name: "the same with a configured name",
      faults: [.onCredentials(times: 3, .answer(500))],
      requests: [.token, .credentials, .credentials, .credentials, .legacyCredentials],
      configuredRoleName: InstanceMetadataFault.roleName),
    .init(
      id: "F29", name: "listing in pieces", faults: [.onListing(.pieces(ofBytes: 1))],
      requests: [.token, .listing, .credentials]),
    .init(
      id: "F17", name: "listing redirected",
      faults: [.onListing(.redirect(to: InstanceMetadataFault.legacyListing, status: 301))],
      outcome: .fails(.badAnswer), requests: [.token, .listing]),
    .init(
      id: "F03", name: "listing never answered", faults: [.onListing(.silent)], outcome: .fails(.timedOut),
      requests: [.token, .listing],
      impatientAt: .listing),
  ]

  private static let empty: [InstanceMetadataFault] = ["", "\n", " \r\n \r\n"].map { text in
    InstanceMetadataFault(
      id: "F25", name: "listing \(text.debugDescription)", faults: [.onListing(.answer(200, text))],
      outcome: .fails(.badAnswer), requests: [.token, .listing])
  }

  private static let untrimmed: [InstanceMetadataFault] = [
    "reservations\n", "reservations\r\n", " reservations ", "\nreservations", "reservations\nother",
  ].map { text in
    InstanceMetadataFault(
      id: text.hasSuffix("other") ? "F27" : "F26", name: "listing \(text.debugDescription)",
      faults: [.onListing(.answer(200, text))], requests: [.token, .listing, .credentials])
  }

  private static let oddNames: [InstanceMetadataFault] = [
    "a/b", "100%", "%2F", "two words", "a\u{1}b", "a?b#c", "ä", "../x", "a HTTP/1.1",
  ].map { name in
    InstanceMetadataFault(
      id: "F28", name: "a role called \(name.debugDescription)", requests: [.token, .listing, .credentials],
      instance: { $0.roleName = name })
  }

  private static let passing: [[InstanceMetadataFault]] = [429, 500, 503].map { status in
    [
      InstanceMetadataFault(
        id: "F30", name: "listing \(status) once", faults: [.onListing(.answer(status))],
        requests: [.token, .listing, .listing, .credentials]),
      InstanceMetadataFault(
        id: "F30", name: "credentials \(status) once", faults: [.onCredentials(times: 1, .answer(status))],
        requests: [.token, .listing, .credentials, .credentials]),
    ]
  }
}
