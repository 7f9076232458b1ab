import Foundation
import LocalAWS
import SigV4
import Testing

extension FaultTable {
  static let connectionRows: [FaultTableRow] = refused + dropped + redirects

  private static let refused = [
    FaultTableRow(
      "F01", "connection refused for the token: reported immediately, and version 1 isn't tried", requests: [.token]
    ) {
      let refusing = try RefusingPort()
      let clock = TestClock()
      let transport = RecordingTransport(before: SocketTransport())
      let provider = InstanceMetadataCredentialProvider(
        endpoint: refusing.baseURL, timeout: patience, environment: [:], transport: transport, clock: clock.clock)
      let error = try await provider.checkedError()
      #expect(error.code == .notAvailable)
      #expect(clock.slept.isEmpty)
      return transport.received(at: refusing.baseURL)
    }
  ]

  #if os(Linux)
    private static let dropped = [
      FaultTableRow("F02", "token not connected at the deadline", requests: [.token]) {
        let unanswering = try UnansweringPort()
        let transport = RecordingTransport(before: SocketTransport())
        let provider = InstanceMetadataCredentialProvider(
          endpoint: unanswering.baseURL, timeout: .milliseconds(300), environment: [:], transport: transport,
          clock: TestClock().clock)
        let error = try await provider.checkedError()
        #expect(error.code == .notAvailable)
        return transport.received(at: unanswering.baseURL)
      }
    ]
  #else
    private static let dropped: [FaultTableRow] = []
  #endif

  private static let redirects: [FaultTableRow] = [301, 302, 303, 307, 308].flatMap { status in
    [
      ("token", InstanceMetadataFault.token, [.token]),
      ("listing", InstanceMetadataFault.listing, [.token, .listing]),
    ].map { (name: String, path: String, requests: [FaultRequest]) in
      FaultTableRow("F17", "\(name) \(status) to another host", requests: requests) {
        let elsewhere = try await LocalServer.start { _, _ in LocalServer.Response(status: 200, text: Planted.token) }
        return try await elsewhere.whileRunning { elsewhere async throws in
          let received = try await InstanceMetadataService.start(
            Instance(
              roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials, httpTokens: .optional)
          ).whileRunning { service async throws in
            service.faults = [.on(nil, path, .redirect(to: elsewhere.baseURL + path, status: status))]
            let provider = InstanceMetadataCredentialProvider(
              endpoint: service.baseURL, timeout: patience, environment: [:], clock: TestClock().clock)
            #expect(try await provider.checkedError().code == .badAnswer)
            return service.received
          }
          #expect(elsewhere.connectionCount == 0)
          return received
        }
      }
    }
  }
}

extension FaultTable {
  static let settingRows: [FaultTableRow] = disabling + proxied

  private static let disabling: [FaultTableRow] = [
    ("true", true), (" True\n", true), ("TRUE", true), ("1", false), ("", false), ("false", false), ("yes", false),
  ].flatMap { (value: String, isDisabled: Bool) in
    [nil, InstanceMetadataCredentialProvider.Access.enabled].map { access in
      let isOff = isDisabled && access == nil
      let name = "disabled by \(value.debugDescription)" + (access == nil ? "" : ", enabled by the parameter")
      return FaultTableRow("F49", name, requests: isOff ? [] : [.token, .listing, .credentials]) {
        try await InstanceMetadataService.start(
          Instance(roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials)
        ).whileRunning { service async throws in
          let provider = InstanceMetadataCredentialProvider(
            endpoint: service.baseURL, timeout: patience, access: access,
            environment: ["AWS_EC2_METADATA_DISABLED": value])
          try await (isOff ? FaultOutcome.fails(.notConfigured) : .works).check(provider)
          #expect((service.server.connectionCount == 0) == isOff)
          return service.received
        }
      }
    }
  }

  #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    private static let proxied = [
      FaultTableRow("F50", "the environment's proxy receives nothing", requests: [.token, .listing, .credentials]) {
        try await receivedPastProxy()
      }
    ]

    private static func receivedPastProxy() async throws -> [FaultRequest] {
      let process = try await #require(processExitsWith: .success, observing: [\.standardOutputContent]) {
        let proxy = try await LocalServer.start { _, _ in LocalServer.Response(status: 502) }
        let service = try await InstanceMetadataService.start(
          Instance(roleName: InstanceMetadataFault.roleName, credentials: Planted.credentials))
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.baseURL, 1) }
        try await FaultOutcome.works.check(
          InstanceMetadataCredentialProvider(endpoint: service.baseURL, timeout: patience))
        #expect(proxy.connectionCount == 0)
        print("received:\(service.received.map(\.rawValue).joined(separator: ","))")
      }
      let output = String(decoding: process.standardOutputContent, as: UTF8.self)
      let names = output.split(separator: "received:").last.map { $0.prefix { $0 != "\n" } } ?? ""
      return names.split(separator: ",").map { FaultRequest(rawValue: String($0)) ?? .unknown }
    }
  #else
    private static let proxied: [FaultTableRow] = []
  #endif
}

extension RecordingTransport {
  /// The requests to the instance metadata at `baseURL`.
  fileprivate func received(at baseURL: String) -> [FaultRequest] {
    requests.map { FaultRequest(metadataTarget: String($0.url.dropFirst(baseURL.count))) }
  }
}
