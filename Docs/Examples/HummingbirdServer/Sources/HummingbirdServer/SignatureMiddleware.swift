import HTTPTypes
import Hummingbird
import SigV4

/// Verifies the signature of each request, and answers as a service of AWS does if it isn't valid.
// begin: middleware
struct SignatureMiddleware<Context: RequestContext>: RouterMiddleware {
  let verifier: Verifier, credentials: @Sendable (_ accessKeyID: String) async throws -> Credentials?

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var request = request
    let body = try await request.collectBody(upTo: 1 << 20)
    do {
      let parts = try SignableRequest(request.head)
      _ = try await verifier.verify(parts, payload: .bytes(Array(buffer: body)), credentials: credentials)
    } catch let error as VerificationError {
      let rejection = error.response(for: verifier.service)
      return Response(
        status: .init(code: rejection.status), body: .init(byteBuffer: ByteBuffer(string: rejection.body)))
    }
    return try await next(request, context)
  }
}
// end
