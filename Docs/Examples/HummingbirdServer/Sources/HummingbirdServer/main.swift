// Serves signed requests on loopback, and calls a VPC Lattice service for each: HummingbirdServer URL
// The clients' key is CLIENT_ACCESS_KEY_ID and CLIENT_SECRET_ACCESS_KEY.

import AsyncHTTPClient
import Foundation
import Hummingbird
import NIOCore
import SigV4

let environment = ProcessInfo.processInfo.environment
guard let url = CommandLine.arguments.dropFirst().first, let id = environment["CLIENT_ACCESS_KEY_ID"],
  let secret = environment["CLIENT_SECRET_ACCESS_KEY"]
else {
  print("usage: CLIENT_ACCESS_KEY_ID=… CLIENT_SECRET_ACCESS_KEY=… HummingbirdServer URL")
  exit(64)
}
let client = Credentials(accessKeyID: id, secretAccessKey: secret)

var configuration = HTTPClient.Configuration.singletonConfiguration
configuration.redirectConfiguration = .disallow
let httpClient = HTTPClient(configuration: configuration)
let session = SigningSession(service: .vpcLattice)

let router = Router()
router.add(
  middleware: SignatureMiddleware(verifier: Verifier(service: .executeAPI, region: "us-west-2")) {
    $0 == client.accessKeyID ? client : nil
  })
router.get("reservations") { _, _ in
  let response = try await session.execute(HTTPClientRequest(url: url), timeout: .seconds(10), on: httpClient)
  return try await response.body.collect(upTo: 1 << 20)
}
router.post("reservations") { request, _ in
  try await request.body.collect(upTo: 1 << 20)
}

let application = Application(
  router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
  onServerRunning: { channel in print("Listening on http://127.0.0.1:\(channel.localAddress?.port ?? 0)") })
try await application.runService()
try await httpClient.shutdown().get()
