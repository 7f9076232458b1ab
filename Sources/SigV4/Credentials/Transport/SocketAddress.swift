import Dispatch

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
    let numeric = lookUp(url.host, url.port, AI_NUMERICHOST)
    if !numeric.isEmpty { return numeric }
    // Nobody is asked where this machine is, since the answer could be another one's address.
    if url.host.lowercased() == "localhost" {
      return ["127.0.0.1", "::1"].flatMap { lookUp($0, url.port, AI_NUMERICHOST) }
    }
    // The system's resolver can't be interrupted: it is left to itself when the deadline passes.
    let outcome = FirstOutcome<[SocketAddress]>()
    DispatchQueue.global().async { outcome.end(.success(lookUp(url.host, url.port, 0))) }
    DispatchQueue.global().asyncAfter(deadline: .now() + (deadline - .now).dispatchInterval) {
      outcome.end(.failure(TransportError(.cannotConnect, "the host's name wasn't resolved in time")))
    }
    let addresses = try await outcome.wait().get()
    guard !addresses.isEmpty else { throw TransportError(.cannotConnect, "the host's name is unknown") }
    return addresses
  }

  private static func lookUp(_ host: String, _ port: UInt16, _ flags: Int32) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = flags | AI_NUMERICSERV
    unsafe hints.ai_socktype = Socket.stream
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else { return [] }
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
    return addresses
  }
}

extension Duration {
  /// The time for Dispatch, in whole nanoseconds; none where it is negative.
  var dispatchInterval: DispatchTimeInterval {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return .nanoseconds(0) }
    // A day is longer than any deadline, and far from the end of what an Int can tell in nanoseconds.
    return .nanoseconds(Int(min(seconds, 86_400)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
  }
}
