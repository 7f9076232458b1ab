// Calls a VPC Lattice service with the role of the instance, the task or the pod: URLSessionCommand URL [BODY]

import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

let arguments = CommandLine.arguments.dropFirst()
guard let url = arguments.first.flatMap(URL.init(string:)) else {
  print("usage: URLSessionCommand URL [BODY]")
  exit(64)
}
var request = URLRequest(url: url)
if let body = arguments.dropFirst().first {
  request.httpMethod = "POST"
  request.httpBody = Data(body.utf8)
}

// begin: retrying client
let session = SigningSession(service: .vpcLattice)
let (body, response) = try await session.data(for: request)
// end

print(response.statusCode, String(decoding: body, as: UTF8.self))
exit(response.statusCode < 400 ? 0 : 1)
