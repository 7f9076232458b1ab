#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An address of a host and port: the bytes of a `sockaddr`.
struct SocketAddress: Sendable, Hashable {
  let family: Int32
  let bytes: [UInt8]

  /// The addresses of a URL's host, without asking anybody where the host is an address already or `localhost`.
  static func resolve(
    _ url: HTTPURL, until deadline: ContinuousClock.Instant
  ) async throws(TransportError) -> [SocketAddress] {
    if case .success(let numeric) = lookUp(url.host, url.port, AI_NUMERICHOST) { return numeric }
    // Nobody is asked where this machine is, since the answer could be another one's address.
    if url.host.lowercased() == "localhost" {
      return ["127.0.0.1", "::1"].flatMap { (try? lookUp($0, url.port, AI_NUMERICHOST).get()) ?? [] }
    }
    let result: Result<[SocketAddress], TransportError>
    do throws(BlockingThreads.Failure) {
      result = try await BlockingThreads.resolver.run(until: deadline) { lookUp(url.host, url.port, 0) }
    } catch {
      switch error {
      case .late: throw TransportError(.cannotConnect, "the host's name wasn't resolved within the deadline")
      case .cancelled: throw .cancelled
      case .noResources: throw .noResources("thread or descriptor")
      }
    }
    return try result.get()
  }

  private static func lookUp(
    _ host: String, _ port: UInt16, _ flags: Int32
  ) -> Result<[SocketAddress], TransportError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = flags | AI_NUMERICSERV
    unsafe hints.ai_socktype = Socket.stream
    var list: UnsafeMutablePointer<addrinfo>?
    errno = 0
    let status = unsafe getaddrinfo(host, "\(port)", &hints, &list)
    guard status == 0 else {
      // glibc calls a name unknown that it couldn't ask for.
      if errno == EMFILE || errno == ENFILE { return .failure(.noResources("descriptor")) }
      switch status {
      case EAI_MEMORY: return .failure(.noResources("memory"))
      case EAI_AGAIN: return .failure(TransportError(.cannotConnect, "the resolver doesn't answer"))
      default: return .failure(TransportError(.cannotConnect, "the host's name is unknown"))
      }
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let info = unsafe next?.pointee {
      if let address = unsafe info.ai_addr {
        let bytes = unsafe UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
        addresses.append(SocketAddress(family: unsafe info.ai_family, bytes: unsafe Array(bytes)))
      }
      unsafe next = info.ai_next
    }
    return .success(addresses)
  }
}
