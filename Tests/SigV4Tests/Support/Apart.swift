import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Runs `work` on a thread of its own that lets others go first: tests with deadlines run at the same time.
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
