// Starts a gRPC server on loopback that verifies signatures, and calls it with the right secret, with another secret, and as
// another server.

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SigV4

let authority = "greeter-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws"
let caller = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
let impostor = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "another secret")

/// Calls the server at a port by the name `authority`, and prints the response.
func greet(_ port: Int, authority: String, as credentials: Credentials) async throws {
  let transport = try HTTP2ClientTransport.Posix.http2NIOPosix(
    target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext,
    config: .defaults { $0.http2.authority = authority })
  let interceptor = SigningInterceptor(
    signer: Signer(service: .vpcLattice), authority: authority,
    credentials: StaticCredentialProvider(credentials).cached())
  try await withGRPCClient(transport: transport, interceptors: [interceptor]) { client in
    try await client.unary(
      request: ClientRequest(message: Array("Lattice".utf8)), descriptor: Greeter.greet, serializer: Bytes(),
      deserializer: Bytes(), options: .defaults
    ) { response in
      switch response.accepted {
      case .success: print("accepted:", String(decoding: try response.message, as: UTF8.self))
      case .failure(let error): print("rejected:", error.code, error.message)
      }
    }
  }
}

let verifier = VerifyingInterceptor(
  verifier: Verifier(service: .vpcLattice, region: "us-west-2"), authority: authority
) { $0 == caller.accessKeyID ? caller : nil }
try await withGRPCServer(
  transport: .http2NIOPosix(address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
  services: [Greeter()], interceptors: [verifier]
) { server in
  guard let port = try await server.listeningAddress?.ipv4?.port else { return }
  try await greet(port, authority: authority, as: caller)
  try await greet(port, authority: authority, as: impostor)
  try await greet(port, authority: "other-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws", as: caller)
}
