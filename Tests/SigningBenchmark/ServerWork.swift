import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif
#if canImport(Glibc)
  import Glibc
#endif

/// The work of servers: signing on several cores, with changing credentials, through a provider, and through Foundation.
enum ServerWork {
  /// As many signatures on each of two threads as the floor makes on one.
  static func signOnTwoThreads() -> Measurement.Work { onTwoThreads(signMany) }

  /// The floor of a GET on each of two threads, which share nothing.
  static func hashOnTwoThreads() -> Measurement.Work {
    onTwoThreads { count in try SigningWork.floor(SigningWork.get).run(count) }
  }

  private static func onTwoThreads(_ work: @escaping @Sendable (_ count: Int) throws -> Void) -> Measurement.Work {
    Measurement.Work { count in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 { group.addTask { try await Self.onThread { try work(count) } } }
        try await group.waitForAll()
      }
    }
  }

  static func signOnOneThread() -> Measurement.Work {
    Measurement.Work { count in try await onThread { try signMany(count) } }
  }

  @Sendable private static func signMany(_ count: Int) throws {
    for _ in 0..<count {
      var copy = SigningWork.get
      try SigningWork.lattice.sign(&copy, with: SigningWork.credentials, at: SigningWork.time)
    }
  }

  private static func onThread(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
  }

  /// A thousand credentials in turn, of which 64 keys are kept: no key is ever found again.
  static func signWithOthersEachTime() -> Measurement.Work {
    Measurement.Work { count in
      for index in 0..<count {
        var copy = SigningWork.get
        try SigningWork.lattice.sign(&copy, with: others[index % others.count], at: SigningWork.time)
      }
    }
  }

  /// A signature with a known key, and the derivation of the key that the other credentials need.
  static func signAndDerive() -> Measurement.Work {
    Measurement.Work { count in
      for index in 0..<count {
        var copy = SigningWork.get
        try SigningWork.lattice.sign(&copy, with: SigningWork.credentials, at: SigningWork.time)
        let scope = try CredentialScope(date: SigningWork.time, region: "us-west-2", service: "vpc-lattice-svcs")
        _ = try SigningKey(others[index % others.count], scope: scope)
      }
    }
  }

  private static let others = (0..<1000).map { index in
    Credentials(
      accessKeyID: "ASIA\(index)", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\(index)",
      sessionToken: String(SigningWork.token))
  }

  /// The floor of a cache: both run in tasks.
  static func signInTask() -> Measurement.Work {
    detached { count in try signMany(count) }
  }

  private static func detached(_ work: @escaping @Sendable (_ count: Int) async throws -> Void) -> Measurement.Work {
    Measurement.Work { count in try await Task.detached { try await work(count) }.value }
  }

  /// Through a cache whose credentials are fresh.
  static func signThroughCache() -> Measurement.Work {
    let provider = StaticCredentialProvider(
      Credentials(
        accessKeyID: SigningWork.credentials.accessKeyID, secretAccessKey: SigningWork.credentials.secretAccessKey,
        sessionToken: SigningWork.credentials.sessionToken, expiration: Date().addingTimeInterval(6 * 3600))
    ).cached()
    return detached { count in
      for _ in 0..<count {
        var copy = SigningWork.get
        try await SigningWork.lattice.sign(&copy, with: provider, at: SigningWork.time)
      }
    }
  }

  /// The resident memory of the process, in bytes; 0 if unknown.
  static var residentBytes: Int {
    #if os(Linux)
      guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
        let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
      else { return 0 }
      return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    #else
      return 0
    #endif
  }
}
