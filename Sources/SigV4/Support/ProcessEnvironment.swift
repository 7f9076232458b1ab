#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The environment variables of the process.
enum ProcessEnvironment {
  /// The variables that are given, or those of the process as they are when the closure is called.
  ///
  /// A closure shows nothing of the secrets in it when the value that holds it is printed or dumped.
  static func closure(_ given: [String: String]?) -> @Sendable () -> [String: String] {
    { given ?? ProcessInfo.processInfo.environment }
  }
}
