import GRPCCore

/// A service with one method, `/example.Greeter/Greet`, whose messages are bytes.
struct Greeter: RegistrableRPCService {
  static let greet = MethodDescriptor(fullyQualifiedService: "example.Greeter", method: "Greet")

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(forMethod: Self.greet, deserializer: Bytes(), serializer: Bytes()) { request, _ in
      let name = try await ServerRequest(stream: request).message
      return StreamingServerResponse(single: ServerResponse(message: Array("Hello, ".utf8) + name))
    }
  }
}

/// Messages that are sent as they are.
struct Bytes: MessageSerializer, MessageDeserializer {
  func serialize<Sent: GRPCContiguousBytes>(_ message: [UInt8]) -> Sent { Sent(message) }
  func deserialize<Received: GRPCContiguousBytes>(_ bytes: Received) -> [UInt8] { bytes.withUnsafeBytes(Array.init) }
}
