// Reads S3 URLs, one per line, and prints a presigned URL for each, valid for ten minutes.

import SigV4

let signer = Signer(service: .s3, region: SigningRegion(try await RegionChain().region()))
while let url = readLine() {
  print(try await signer.presignedURL(for: url, validFor: .seconds(600), with: .default))
}
