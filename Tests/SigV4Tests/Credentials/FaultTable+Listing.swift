import LocalAWS
import SigV4

extension FaultTable {
  static let listingFaults: [InstanceMetadataFault] = broken + empty + untrimmed + oddNames + passing.flatMap(\.self)

  private static let broken: [InstanceMetadataFault] = [
    .init(id: "F19", name: "L 401 once", faults: [.onListing(.answer(401))], requests: "TLTLC"),
    .init(id: "F19", name: "C 401 once", faults: [.onCredentials(times: 1, .answer(401))], requests: "TLCTC"),
    .init(
      id: "F20", name: "L 401 twice", faults: [.onListing(times: 2, .answer(401))], outcome: .fails(.badAnswer),
      requests: "TLTL"),
    .init(
      id: "F21", name: "L 403", faults: [.onListing(.answer(403))], outcome: .fails(.badAnswer, naming: "403"),
      requests: "TL"),
    .init(
      id: "F22", name: "L 404, extended: the service knows only the legacy paths", requests: "TLlclc", calls: 2,
      instance: { $0.extendedPaths = .unknown }),
    .init(
      id: "F22", name: "the same with a configured name", requests: "TCcc", calls: 2,
      configuredRoleName: InstanceMetadataFault.roleName, instance: { $0.extendedPaths = .unknown }),
    .init(
      id: "F23", name: "no role", outcome: .fails(.notAvailable, naming: "role"), requests: "TLl",
      instance: { $0.roleName = nil }),
    .init(
      id: "F24", name: "L 500, extended: the service may know only the legacy paths",
      faults: [.onListing(times: 3, .answer(500))], requests: "TLLLlclc", calls: 2),
    .init(
      id: "F24", name: "L 500, both",
      faults: [
        .onListing(times: 3, .answer(500)), .on("GET", InstanceMetadataFault.legacyListing, .answer(500)),
      ], outcome: .fails(.badAnswer, naming: "500"), requests: "TLLLlll"),
    .init(
      id: "F24", name: "L 429", faults: [.onListing(times: 3, .answer(429))],
      outcome: .fails(.badAnswer, naming: "429"), requests: "TLLL"),
    .init(
      id: "F24", name: "C 500, extended: the service may know only the legacy paths",
      faults: [.onCredentials(times: 3, .answer(500))], requests: "TLCCCc"),
    .init(
      id: "F24", name: "the same with a configured name",
      faults: [.onCredentials(times: 3, .answer(500))], requests: "TCCCc",
      configuredRoleName: InstanceMetadataFault.roleName),
    .init(id: "F29", name: "L in pieces", faults: [.onListing(.pieces(ofBytes: 1))], requests: "TLC"),
    .init(
      id: "F17", name: "L a redirect",
      faults: [.onListing(.redirect(to: InstanceMetadataFault.legacyListing, status: 301))],
      outcome: .fails(.badAnswer, naming: "redirect"), requests: "TL"),
    .init(
      id: "F03", name: "L never answered", faults: [.onListing(.silent)], outcome: .fails(.timedOut), requests: "TL",
      impatientAt: "L"),
  ]

  private static let empty: [InstanceMetadataFault] = ["", "\n", " \r\n \r\n"].map { text in
    InstanceMetadataFault(
      id: "F25", name: "L \(text.debugDescription)", faults: [.onListing(.answer(200, text))],
      outcome: .fails(.badAnswer, naming: "name"), requests: "TL")
  }

  private static let untrimmed: [InstanceMetadataFault] = [
    "reservations\n", "reservations\r\n", " reservations ", "\nreservations", "reservations\nother",
  ].map { text in
    InstanceMetadataFault(
      id: text.hasSuffix("other") ? "F27" : "F26", name: "L \(text.debugDescription)",
      faults: [.onListing(.answer(200, text))], requests: "TLC")
  }

  private static let oddNames: [InstanceMetadataFault] = [
    "a/b", "100%", "%2F", "two words", "a\u{1}b", "a?b#c", "ä", "../x", "a HTTP/1.1",
  ].map { name in
    InstanceMetadataFault(
      id: "F28", name: "a role called \(name.debugDescription)", requests: "TLC", instance: { $0.roleName = name })
  }

  private static let passing: [[InstanceMetadataFault]] = [429, 500, 503].map { status in
    [
      InstanceMetadataFault(
        id: "F30", name: "L \(status) once", faults: [.onListing(.answer(status))], requests: "TLLC"),
      InstanceMetadataFault(
        id: "F30", name: "C \(status) once", faults: [.onCredentials(times: 1, .answer(status))], requests: "TLCC"),
    ]
  }
}
