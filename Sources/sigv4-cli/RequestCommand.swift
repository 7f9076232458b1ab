import ArgumentParser
import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Signs and sends a request, and prints the body of the response.
struct RequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Signs and sends a request, and prints the response.",
    discussion: """
      Credentials come from the environment, a profile, the container or instance metadata, as with the AWS SDKs.
      Exit code 0 for a status of 2xx, 22 for any other status, 1 if there is no response.
      """)

  @OptionGroup var options: RequestOptions

  @Flag(name: .shortAndLong, help: "Show on standard error what was signed, without the session token.")
  var verbose = false

  @Flag(help: "Send the body in signed chunks, as S3 accepts it.")
  var chunked = false

  func run() async throws {
    var request = try options.parts().urlRequest()
    let signed =
      chunked
      ? try await signChunked(&request)
      : try await options.signer.sign(&request, with: .default)
    if verbose { try SigningTrace.print(signed) }
    let answer = try await HTTPExchange.send(request)
    StandardOutput.write(answer.body)
    if answer.body.last != ASCII.newline, isatty(STDOUT_FILENO) == 1 { print() }  // a pipe gets the body's bytes alone
    guard 200..<300 ~= answer.status else {
      SigningTrace.note("The service responded with status \(answer.status).")
      throw ExitCode(22)
    }
  }

  /// Signs the request and each chunk of its body, which it replaces by the framed chunks.
  private func signChunked(_ request: inout URLRequest) async throws -> SignedRequest {
    let body = request.httpBody ?? Data()
    request.httpBody = nil
    let upload = try await options.signer.sign(
      &request, chunked: ChunkedPayload(length: body.count), with: .default)
    var framed = Data(capacity: upload.contentLength)
    let source = AsyncStream<Data> { continuation in
      continuation.yield(body)
      continuation.finish()
    }
    for try await piece in upload.body(source) { framed.append(contentsOf: piece) }
    request.httpBody = framed
    return upload.signedRequest
  }
}
