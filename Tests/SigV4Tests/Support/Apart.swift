import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Runs `work` on its own thread with a low priority, because tests with deadlines run at the same time.
func apart<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread {
      #if canImport(Glibc)
        _ = nice(19)  // On Linux, of this thread alone.
      #endif
      continuation.resume(with: Swift.Result { try work() })
    }
  }
}
