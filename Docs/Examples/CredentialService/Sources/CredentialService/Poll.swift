import Foundation
import Logging
import ServiceLifecycle
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Calls a VPC Lattice service once a second.
struct Poll: Service {
  let url: URL
  let session: SigningSession
  let logger: Logger

  func run() async throws {
    while !Task.isShuttingDownGracefully {
      do {
        let (_, response) = try await session.data(for: URLRequest(url: url))
        logger.info("Called the service", metadata: ["status": "\(response.statusCode)"])
      } catch {
        logger.error("Could not call the service", metadata: ["error": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
    }
  }
}
