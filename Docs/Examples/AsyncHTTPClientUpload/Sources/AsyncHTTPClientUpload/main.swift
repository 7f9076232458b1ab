// Uploads a file to S3 in signed chunks, and prints the size that S3 then reports: AsyncHTTPClientUpload FILE URL

import AsyncHTTPClient
import Foundation
import NIOFileSystem
import SigV4

let arguments = CommandLine.arguments.dropFirst()
guard let path = arguments.first, let url = arguments.dropFirst().first else {
  print("usage: AsyncHTTPClientUpload FILE URL")
  exit(64)
}
let region = SigningRegion(try await RegionChain().region())
// A signature is valid for one host, so redirects aren't followed.
var configuration = HTTPClient.Configuration.singletonConfiguration
configuration.redirectConfiguration = .disallow
let client = HTTPClient(configuration: configuration)

let status = try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { file in
  let length = Int(try await file.info().size)
  var request = HTTPClientRequest(url: url)
  request.method = .PUT
  // begin: upload
  let payload = ChunkedPayload(length: length)
  let upload = try await Signer(service: .s3, region: region).sign(&request, chunked: payload, with: .default)
  request.body = .chunked(upload, from: file.readChunks())
  let response = try await client.execute(request, timeout: .minutes(10))
  // end
  return response.status
}
print("PUT", status)

// A request that can be sent again, if the clock or the token was wrong.
var request = HTTPClientRequest(url: url)
request.method = .HEAD
let response = try await SigningSession(service: .s3, region: region).execute(
  request, timeout: .seconds(10), on: client)
print("HEAD", response.status, response.headers.first(name: "content-length") ?? "")
try await client.shutdown().get()
exit(status == .ok && response.status == .ok ? 0 : 1)
