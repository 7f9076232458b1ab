#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A connected TCP socket that never blocks its thread and closes at the end of its lifetime.
struct Socket: ~Copyable, Connection {
  private enum Event {
    case readable
    case writable
  }

  #if canImport(Glibc)
    static let stream = Int32(SOCK_STREAM.rawValue)
    /// Set on creation, so that a program that starts at the same time doesn't inherit the socket.
    private static let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
  #else
    static let stream = SOCK_STREAM
    #if canImport(Darwin)
      private static let flags: Int32 = 0
    #else
      private static let flags = SOCK_CLOEXEC | SOCK_NONBLOCK
    #endif
  #endif

  private let descriptor: Int32

  /// Connects to the first address of a URL's host that accepts the connection.
  init(connectedTo url: HTTPURL, until deadline: ContinuousClock.Instant) async throws(TransportError) {
    try await self.init(connectedTo: SocketAddress.resolve(url, until: deadline), until: deadline)
  }

  /// Connects to the first address that accepts the connection.
  ///
  /// An address that doesn't respond uses only its share of the time.
  init(connectedTo addresses: [SocketAddress], until deadline: ContinuousClock.Instant) async throws(TransportError) {
    var failure = TransportError(.cannotConnect, "the host has no address")
    for (index, address) in addresses.enumerated() {
      let now = ContinuousClock.now
      let share = Self.share(of: deadline - now, among: addresses.count - index)
      do throws(TransportError) {
        self = try await Socket(connectedTo: address, until: now + share)
        return
      } catch {
        guard error.code == .cannotConnect else { throw error }
        failure = error
      }
    }
    throw failure
  }

  /// Returns the time for the first of `count` addresses.
  ///
  /// It is an equal share of the time that is left, but at least 2 s or half of it.
  ///
  /// Slow networks need time for one address.
  static func share(of left: Duration, among count: Int) -> Duration { max(left / count, min(.seconds(2), left / 2)) }

  /// Connects to an address.
  init(connectedTo address: SocketAddress, until deadline: ContinuousClock.Instant) async throws(TransportError) {
    descriptor = socket(address.family, Self.stream | Self.flags, 0)
    guard descriptor >= 0 else {
      // If this system lacks the address family, the next address may still work.
      throw SystemErrorNumber.isExhaustion(errno) ? .noResources("descriptor or memory") : Self.notConnected(errno)
    }
    #if canImport(Darwin)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
      var on: Int32 = 1
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
    let status = unsafe address.bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return unsafe connect(descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if status == 0 { return }
    guard errno == EINPROGRESS else { throw Self.notConnected(errno) }
    try await wait(
      .writable, until: deadline, otherwise: TransportError(.cannotConnect, "no connection within the deadline"))
    var failure: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size) == 0, failure == 0 else {
      throw Self.notConnected(failure)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(TransportError) {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
        return unsafe systemSend(descriptor, rest.baseAddress, rest.count, flags: flags)
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        try await wait(.writable, until: deadline, otherwise: Self.timedOut("the peer doesn't read the request"))
      } else if errno != EINTR {
        throw TransportError(.closed, "the connection was closed")
      }
    }
  }

  func receive(until deadline: ContinuousClock.Instant) async throws(TransportError) -> [UInt8] {
    while true {
      var count = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 8192) { buffer, initialized in
        count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        initialized = max(0, count)
      }
      if count >= 0 {
        // An endless response always has bytes ready, so the deadline is checked here too.
        guard ContinuousClock.now < deadline else { throw Self.timedOut("no complete response") }
        guard !Task.isCancelled else { throw .cancelled }
        return bytes
      }
      if errno == EAGAIN || errno == EWOULDBLOCK {
        try await wait(.readable, until: deadline, otherwise: Self.timedOut("no response"))
      } else if errno != EINTR {
        throw TransportError(.closed, "the connection was reset")
      }
    }
  }

  /// Waits until the socket is ready, the deadline passes, or the calling task is cancelled.
  private func wait(
    _ event: Event, until deadline: ContinuousClock.Instant, otherwise late: TransportError
  ) async throws(TransportError) {
    let interest: EventThread.Interest =
      switch event {
      case .readable: .readable(descriptor)
      case .writable: .writable(descriptor)
      }
    switch await EventThread.shared.wait(for: [interest], until: deadline) {
    case .ready: return
    case .late: throw late
    case .cancelled: throw .cancelled
    case .noResources: throw .noResources("thread or descriptor")
    }
  }

  private static func timedOut(_ missing: String) -> TransportError {
    TransportError(.timedOut, "\(missing) within the deadline")
  }

  private static func notConnected(_ number: Int32) -> TransportError {
    let reason =
      switch number {
      case ECONNREFUSED: "the connection was refused"
      case EHOSTUNREACH, ENETUNREACH: "there is no route to the host"
      default: "the connection failed, error number \(number)"
      }
    return TransportError(.cannotConnect, reason)
  }
}

/// Calls `send(2)`, whose name the method hides.
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, flags: Int32) -> Int {
  unsafe send(descriptor, bytes, count, flags)
}

/// The address of a host and port, as the bytes of a `sockaddr`.
struct SocketAddress: Sendable, Hashable {
  let family: Int32
  let bytes: [UInt8]

  /// Returns the addresses of a URL's host; an IP address or `localhost` needs no resolver.
  static func resolve(
    _ url: HTTPURL, until deadline: ContinuousClock.Instant
  ) async throws(TransportError) -> [SocketAddress] {
    if case .success(let numeric) = lookUp(url.host, url.port, AI_NUMERICHOST) { return numeric }
    // A resolver could return another machine's address for localhost.
    if url.host.lowercased() == "localhost" {
      return ["127.0.0.1", "::1"].flatMap { (try? lookUp($0, url.port, AI_NUMERICHOST).get()) ?? [] }
    }
    let result: Result<[SocketAddress], TransportError>
    do throws(BlockingThreads.Failure) {
      result = try await BlockingThreads.resolver.run(until: deadline) { lookUp(url.host, url.port, 0) }
    } catch {
      throw error.transportError(late: "the host name wasn't resolved within the deadline")
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
      // glibc reports an unknown name if it couldn't open a socket.
      if SystemErrorNumber.isExhaustion(errno) { return .failure(.noResources("descriptor or memory")) }
      switch status {
      case EAI_MEMORY: return .failure(.noResources("memory"))
      case EAI_AGAIN: return .failure(TransportError(.cannotConnect, "the resolver doesn't respond"))
      default: return .failure(TransportError(.cannotConnect, "the host name is unknown"))
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

/// The meaning of the system's error numbers.
enum SystemErrorNumber {
  /// Whether a call failed because this process or the system has no descriptor or memory left.
  static func isExhaustion(_ number: Int32) -> Bool {
    switch number {
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: true
    default: false
    }
  }
}
