#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Starts threads outside Dispatch's pool and Swift's cooperative pool.
enum SystemThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a detached thread that handles no signals; returns false if the system can't.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    // Through a pointer: with NIO in the build, the initializer of the type can come from a module of NIO.
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { unsafe attributes.deallocate() }
    guard unsafe pthread_attr_init(attributes) == 0 else { return false }
    defer { unsafe pthread_attr_destroy(attributes) }
    unsafe pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Resolver plug-ins need more than Musl's default of 128 KiB.
    unsafe pthread_attr_setstacksize(attributes, 1 << 20)
    let argument = unsafe Unmanaged.passRetained(Body(body))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // A new thread inherits its creator's blocked signals: the program's handlers never run here.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let status = unsafe pthread_create(&thread, attributes, threadMain, argument.toOpaque())
    if status != 0 { unsafe argument.release() }
    return status == 0
  }

  #if canImport(Darwin)
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { argument in
      unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }
  #else
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
      unsafe argument.map { unsafe Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
      return nil
    }
  #endif
}
