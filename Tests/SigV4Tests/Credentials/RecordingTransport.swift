import SigV4
import Synchronization

/// A transport that answers every request with one status, or with a refused connection, and sends nothing.
final class RecordingTransport: HTTPTransport {
  private let status: Int?
  private let state = Mutex<[TransportRequest]>([])

  init(status: Int? = nil) { self.status = status }

  var requests: [TransportRequest] { state.withLock { $0 } }

  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    state.withLock { $0.append(request) }
    guard let status else { throw TransportError(.cannotConnect, "refused") }
    return TransportResponse(status: status)
  }
}
