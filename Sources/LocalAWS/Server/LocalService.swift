/// A stand-in for an AWS service, running on loopback until it is stopped.
public protocol LocalService: Sendable {
  /// The server, which records requests and plays faults.
  var server: LocalServer { get }
}

extension LocalService {
  /// The URL of the service's root without a trailing slash, such as `http://127.0.0.1:49152`.
  public var baseURL: String { server.baseURL }

  /// The clock, which can be set: `service.clock.offset = .seconds(600)`.
  public var clock: LocalClock { server.clock }

  /// The faults to play from the next request on.
  public var faults: FaultPlan {
    get { server.faults }
    nonmutating set { server.faults = newValue }
  }

  /// Stops the service and returns when its last connection is closed.
  public func stop() async { await server.stop() }

  /// Runs `body` with the service, and then stops the service, even if `body` throws.
  ///
  /// - Parameters:
  ///   - isolation: The actor to run on: the caller's.
  ///   - body: The work to do while the service runs.
  /// - Returns: The result of `body`.
  /// - Throws: The error of `body`.
  public func whileRunning<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Self) async throws -> Result
  ) async throws -> Result {
    do {
      let result = try await body(self)
      await stop()
      return result
    } catch {
      await stop()
      throw error
    }
  }
}

extension LocalServer: LocalService {
  /// The server itself.
  public var server: LocalServer { self }
}
