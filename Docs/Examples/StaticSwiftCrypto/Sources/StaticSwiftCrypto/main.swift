// Reads S3 URLs, one a line, and prints the request target of each presigned URL, valid for ten minutes.

import SigV4

let signer = Signer(service: .s3, region: SigningRegion(try await RegionChain().region()))
while let url = readLine() {
  let request = try SignableRequest(method: "GET", url: url)
  print(try await signer.presigned(request, validFor: .seconds(600), with: .default).target)
}
