import LocalAWS
import SigV4

extension FaultTable {
  static let credentialsFaults: [InstanceMetadataFault] = broken + unsuccessful + framings + documentRows

  private static let broken: [InstanceMetadataFault] = [
    .init(
      id: "F31", name: "credentials 404 after each listing", faults: [.onCredentials(.answer(404))],
      outcome: .fails(.badAnswer),
      requests: [.token, .listing, .credentials, .listing, .credentials, .listing, .credentials]),
    .init(
      id: "F31", name: "credentials 404 once: the role was swapped", faults: [.onCredentials(times: 1, .answer(404))],
      requests: [.token, .listing, .credentials, .listing, .credentials]),
    .init(
      id: "F32", name: "credentials 404 with a configured name", outcome: .fails(.badAnswer, naming: "\"other\""),
      requests: [.token, .credentials, .legacyCredentials], configuredRoleName: "other"),
    .init(
      id: "F32", name: "the same from the environment", outcome: .fails(.badAnswer, naming: "\"other\""),
      requests: [.token, .credentials, .legacyCredentials], environment: ["AWS_EC2_INSTANCE_PROFILE_NAME": " other "]),
    .init(
      id: "F32", name: "a configured name that is right", requests: [.token, .credentials],
      configuredRoleName: InstanceMetadataFault.roleName),
    .init(
      id: "F38", name: "credentials cut short", faults: [.onCredentials(.truncated(afterBodyBytes: 40))],
      outcome: .fails(.badAnswer), requests: [.token, .listing, .credentials, .credentials, .credentials]),
    .init(
      id: "F05", name: "credentials stall in their body", faults: [.onCredentials(.stalled(afterBodyBytes: 40))],
      outcome: .fails(.timedOut), requests: [.token, .listing, .credentials], impatientAt: .credentials),
    .init(
      id: "F16", name: "credentials endless", faults: [.onCredentials(.endless)], outcome: .fails(.badAnswer),
      requests: [.token, .listing, .credentials]),
    .init(
      id: "F38", name: "credentials not UTF-8",
      faults: [
        .onCredentials(.answer(LocalServer.Response(status: 200, body: Array("{\"Code\":\"".utf8) + [0xFF, 0xFE])))
      ], outcome: .fails(.badAnswer), requests: [.token, .listing, .credentials]),
    .init(
      id: "F41", name: "credentials of another content type",
      faults: [
        .onCredentials(
          .answer(LocalServer.Response(status: 200, text: goodDocument, contentType: "application/octet-stream")))
      ], requests: [.token, .listing, .credentials]),
  ]

  private static let unsuccessful: [InstanceMetadataFault] = [
    .init(
      id: "F33", name: "credentials without success",
      faults: [.onCredentials(.answer(200, #"{"Code":"InstanceProfileGone","Message":"it is gone"}"#))],
      outcome: .fails(.badAnswer, naming: #": "InstanceProfileGone", "it is gone""#),
      requests: [.token, .listing, .credentials]),
    .init(
      id: "F33", name: "credentials of a role that EC2 may not assume",
      faults: [.onCredentials(.answer(200, #"{"code":"AssumeRoleUnauthorizedAccess"}"#))],
      outcome: .fails(.badAnswer, naming: "ec2.amazonaws.com"), requests: [.token, .listing, .credentials]),
  ]

  private static let framings: [InstanceMetadataFault] = [
    Fault.chunked, .closing, .pieces(ofBytes: 7), .delivered(Delivery(framing: .untilClose)),
  ].map { fault in
    InstanceMetadataFault(
      id: "F40", name: "all in another framing", faults: [.always(fault)],
      requests: [.token, .listing, .credentials, .listing, .credentials], calls: 2)
  }

  private static let documentRows: [InstanceMetadataFault] = documents.map { document in
    InstanceMetadataFault(
      id: document.id, name: "credentials \(document.name)", faults: [.onCredentials(.answer(200, document.text))],
      outcome: document.outcome, requests: [.token, .listing, .credentials])
  }
}
