import GRPCCore
import SigV4

/// Verifies that each call is signed for this server's `authority`, with credentials that are found by their access key ID.
// begin: server interceptor
struct VerifyingInterceptor: ServerInterceptor {
  let verifier: Verifier, authority: String, credentials: @Sendable (String) async throws -> Credentials?
  func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    var call = try SignableRequest(method: "POST", url: "https://\(authority)/\(context.descriptor)")
    call.headers += request.metadata.map { HeaderField($0, $1.encoded()) }.filter { !$0.name.hasPrefix(":") }
    _ = try await verifier.verify(call, payload: .unsigned, credentials: credentials)
    return try await next(request, context)
  }
}
// end

extension VerificationError: @retroactive RPCErrorConvertible {
  /// The status of a call that is rejected.
  public var rpcErrorCode: RPCError.Code { .unauthenticated }
  /// AWS's name of the error and the reason.
  public var rpcErrorMessage: String { "\(awsErrorCode(for: .vpcLattice)): \(message)" }
}
