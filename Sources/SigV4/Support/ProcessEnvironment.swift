#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The environment variables of the process.
enum ProcessEnvironment {
  /// Returns a closure that returns the given variables, or those of the process at the time of the call.
  ///
  /// A closure, because printing or dumping the value that contains it shows no secrets.
  static func closure(_ given: [String: String]?) -> @Sendable () -> [String: String] {
    { given ?? ProcessInfo.processInfo.environment }
  }
}
