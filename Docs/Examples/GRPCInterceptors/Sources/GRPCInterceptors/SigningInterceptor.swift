import GRPCCore
import SigV4

/// Signs each call of a client whose transport sends `authority` as `:authority`.
// begin: client interceptor
struct SigningInterceptor: ClientInterceptor {
  let signer: Signer, authority: String, credentials: CachedCredentialProvider
  func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingClientRequest<Input>, context: ClientContext,
    next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
  ) async throws -> StreamingClientResponse<Output> {
    var call = try SignableRequest(method: "POST", url: "https://\(authority)/\(context.descriptor)")
    let fields = try await signer.sign(&call, with: credentials).addedHeaders
    let metadata = Metadata(fields.map { ($0.name, .string($0.value)) } + request.metadata)
    return try await next(StreamingClientRequest(metadata: metadata, producer: request.producer), context)
  }
}
// end
