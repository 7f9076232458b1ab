import HTTPTypes
import Hummingbird
import NIOCore
import SigV4

/// Verifies the signature of each request, and its body while it is read; answers as a service of AWS does if one isn't valid.
// begin: middleware
struct SignatureMiddleware<Context: RequestContext>: RouterMiddleware {
  let verifier: Verifier, credentials: @Sendable (_ accessKeyID: String) async throws -> Credentials?

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      let pieces = request.body.map(\.readableBytesView)
      // The router may use the target as it was sent: the verifier rejects one that isn't canonical (`NonCanonicalTargets`).
      let (_, body) = try await verifier.verify(request.head, body: pieces, credentials: credentials)
      var request = request
      request.body = RequestBody(asyncSequence: body.map { ByteBuffer($0) })
      return try await next(request, context)
    } catch let error as VerificationError {
      let rejection = error.response(for: verifier.service)
      return Response(
        status: .init(code: rejection.status), headers: [.contentType: rejection.contentType],
        body: ResponseBody(byteBuffer: ByteBuffer(string: rejection.body)))
    }
  }
}
// end
