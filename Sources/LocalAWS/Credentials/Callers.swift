public import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The callers whose signatures services accept: made-up credentials, and the principal that each belongs to.
public final class Callers: Sendable {
  /// A caller.
  public struct Caller: Sendable, Hashable {
    /// The credentials that the caller signs with.
    public let credentials: Credentials
    /// The principal that policies see.
    public let principal: Principal
  }

  private struct State {
    var callers: [[UInt8]: Caller] = [:]
    /// The access key IDs of the roles' sessions, oldest first.
    var sessions: [[UInt8]] = []
  }

  /// The number of sessions that are kept, which bounds the memory of a long-running process.
  private static let sessionLimit = 10_000

  private let state = Locked(State())

  /// Creates a list without callers.
  public init() {}

  /// Creates credentials for a principal, and adds it as a caller.
  ///
  /// - Parameters:
  ///   - arn: The principal's ARN. A user gets long-term keys, and others temporary ones.
  ///   - seconds: The lifetime of temporary credentials.
  /// - Returns: The credentials.
  @discardableResult
  public func add(_ arn: String, lifetimeSeconds seconds: Int = 6 * 3600) -> Credentials {
    let principal = Principal(arn: arn)
    let isTemporary = principal.type != "User"
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    let characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    let credentials = Credentials(
      accessKeyID: (isTemporary ? "ASIADEMO" : "AKIADEMO") + Self.random(12, of: letters),
      secretAccessKey: Self.random(40, of: characters),
      sessionToken: isTemporary ? "demo-session-token-" + Self.random(60, of: characters) : nil,
      expiration: isTemporary ? Date(timeIntervalSinceNow: Double(seconds)) : nil, accountID: principal.accountID)
    add(Caller(credentials: credentials, principal: principal))
    return credentials
  }

  /// Adds a caller; one with the same access key ID is replaced.
  public func add(_ credentials: Credentials, as principal: Principal) {
    add(Caller(credentials: credentials, principal: principal))
  }

  private func add(_ caller: Caller) {
    let id = Array(caller.credentials.accessKeyID.utf8)
    state.withLock { state in
      state.callers[id] = caller
      guard caller.principal.type == "AssumedRole" else { return }
      state.sessions.append(id)
      if state.sessions.count > Self.sessionLimit {
        // The first ones are those of the instance and the container, which live as long as the process.
        state.callers[state.sessions.remove(at: Self.sessionLimit / 2)] = nil
      }
    }
  }

  /// The caller with an access key ID; `nil` if there is none.
  public func caller(accessKeyID: String) -> Caller? { state.withLock { $0.callers[Array(accessKeyID.utf8)] } }

  /// The only caller; `nil` if there is none or more than one.
  var only: Caller? { state.withLock { $0.callers.count == 1 ? $0.callers.values.first : nil } }

  /// Verifies a signature with the credentials of the caller whose access key ID it names.
  ///
  /// - Returns: The caller; a signature with an unknown access key ID is never valid.
  func verify(
    _ request: SignableRequest, _ body: [UInt8], by verifier: Verifier, at time: Date
  ) throws(VerificationError) -> Caller? {
    let caller = caller(accessKeyID: try verifier.claim(of: request, at: time).accessKeyID)
    _ = try verifier.verify(request, payload: .bytes(body), with: caller?.credentials, at: time)
    return caller
  }

  private static func random(_ count: Int, of alphabet: String) -> String {
    String((0..<count).compactMap { _ in alphabet.randomElement() })
  }
}
