import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Runs `body` while this process can open no descriptor; for exit tests, because the limit applies to all threads.
func withoutDescriptors<Result>(
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async rethrows -> Result {
  // Dispatch opens descriptors of its own for its first timer, and traps if it can't.
  await withCheckedContinuation { started in
    DispatchQueue.global().asyncAfter(deadline: .now()) { started.resume() }
  }
  #if canImport(Glibc)
    let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    let descriptors = RLIMIT_NOFILE
  #endif
  var before = rlimit()
  getrlimit(descriptors, &before)
  var none = before
  // The standard streams, which are open; poll(2) accepts no more descriptors than the limit.
  none.rlim_cur = 3
  setrlimit(descriptors, &none)
  defer { setrlimit(descriptors, &before) }
  return try await body()
}
