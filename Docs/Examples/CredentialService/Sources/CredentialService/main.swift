// Calls a VPC Lattice service until SIGTERM, with credentials that are kept fresh, logged and counted: CredentialService URL

import Foundation
import Logging
import Metrics
import MetricsTestKit
import ServiceLifecycle
import SigV4

guard let url = CommandLine.arguments.dropFirst().first.flatMap(URL.init(string:)) else {
  print("usage: CredentialService URL")
  exit(64)
}
MetricsSystem.bootstrap(StreamMetricsFactory.standardOutput())
let logger = Logger(label: "credential-service")
let credentials = observedCredentials(logger)
let group = ServiceGroup(
  services: [
    CredentialRefresh(credentials: credentials),
    Poll(url: url, session: SigningSession(service: .vpcLattice, credentials: credentials), logger: logger),
  ],
  gracefulShutdownSignals: [.sigterm, .sigint],
  logger: logger)
try await group.run()
