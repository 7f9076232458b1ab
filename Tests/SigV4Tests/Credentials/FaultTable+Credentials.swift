import LocalAWS
import SigV4

extension FaultTable {
  static let credentialsFaults: [InstanceMetadataFault] = broken + unsuccessful + framings + documentRows

  private static let broken: [InstanceMetadataFault] = [
    .init(
      id: "F31", name: "C 404 after each listing", faults: [.onCredentials(.answer(404))], outcome: .fails(.badAnswer),
      requests: "TLCLCLC"),
    .init(
      id: "F31", name: "C 404 once: the role was swapped", faults: [.onCredentials(times: 1, .answer(404))],
      requests: "TLCLC"),
    .init(
      id: "F32", name: "C 404 with a configured name", outcome: .fails(.badAnswer, naming: "\"other\""),
      requests: "TCc", configuredRoleName: "other"),
    .init(
      id: "F32", name: "the same from the environment", outcome: .fails(.badAnswer, naming: "\"other\""),
      requests: "TCc", environment: ["AWS_EC2_INSTANCE_PROFILE_NAME": " other "]),
    .init(
      id: "F32", name: "a configured name that is right", requests: "TC",
      configuredRoleName: InstanceMetadataFault.roleName),
    .init(
      id: "F38", name: "C cut short", faults: [.onCredentials(.truncated(afterBodyBytes: 40))],
      outcome: .fails(.badAnswer), requests: "TLCCC"),
    .init(
      id: "F05", name: "C stalls in its body", faults: [.onCredentials(.stalled(afterBodyBytes: 40))],
      outcome: .fails(.timedOut), requests: "TLC", impatientAt: "C"),
    .init(
      id: "F16", name: "C endless", faults: [.onCredentials(.endless)], outcome: .fails(.badAnswer), requests: "TLC"),
    .init(
      id: "F38", name: "C not UTF-8",
      faults: [
        .onCredentials(.answer(LocalServer.Response(status: 200, body: Array("{\"Code\":\"".utf8) + [0xFF, 0xFE])))
      ], outcome: .fails(.badAnswer), requests: "TLC"),
    .init(
      id: "F41", name: "C of another content type",
      faults: [
        .onCredentials(
          .answer(LocalServer.Response(status: 200, text: goodDocument, contentType: "application/octet-stream")))
      ], requests: "TLC"),
  ]

  private static let unsuccessful: [InstanceMetadataFault] = [
    .init(
      id: "F33", name: "C not a success",
      faults: [.onCredentials(.answer(200, #"{"Code":"InstanceProfileGone","Message":"it is gone"}"#))],
      outcome: .fails(.badAnswer, naming: #": "InstanceProfileGone", "it is gone""#), requests: "TLC"),
    .init(
      id: "F33", name: "C a role that EC2 may not assume",
      faults: [.onCredentials(.answer(200, #"{"code":"AssumeRoleUnauthorizedAccess"}"#))],
      outcome: .fails(.badAnswer, naming: "ec2.amazonaws.com"), requests: "TLC"),
  ]

  private static let framings: [InstanceMetadataFault] = [
    Fault.chunked, .closing, .pieces(ofBytes: 7), .delivered(Delivery(framing: .untilClose)),
  ].map { fault in
    InstanceMetadataFault(
      id: "F40", name: "all in another framing", faults: [.always(fault)], requests: "TLCLC", calls: 2)
  }

  private static let documentRows: [InstanceMetadataFault] = documents.map { document in
    InstanceMetadataFault(
      id: document.id, name: "C \(document.name)", faults: [.onCredentials(.answer(200, document.text))],
      outcome: document.outcome, requests: "TLC")
  }
}
