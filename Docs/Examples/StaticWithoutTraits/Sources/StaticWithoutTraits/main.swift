// Prints the signed headers of a request to a VPC Lattice service for curl:
// StaticWithoutTraits URL | curl --config - URL

import SigV4

if let url = CommandLine.arguments.dropFirst().first {
  let region = SigningRegion(try await RegionChain().region())
  var request = try SignableRequest(method: "GET", url: url)
  let signed = try await Signer(service: .vpcLattice, region: region).sign(&request, with: .default)
  for header in signed.addedHeaders { print("header = \"\(header.name): \(header.value)\"") }
} else {
  print("usage: StaticWithoutTraits URL | curl --config - URL")
}
