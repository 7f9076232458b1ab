import SigV4
import Synchronization

/// A transport that responds to every request with one status or a failed connection, without sending it, or that
/// forwards it.
final class RecordingTransport: HTTPTransport {
  private let status: Int?
  private let next: (any HTTPTransport)?
  private let state = Mutex<[TransportRequest]>([])

  init(status: Int? = nil, before next: (any HTTPTransport)? = nil) {
    self.status = status
    self.next = next
  }

  var requests: [TransportRequest] { state.withLock { $0 } }

  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    state.withLock { $0.append(request) }
    if let next { return try await next.send(request) }
    guard let status else { throw TransportError(.cannotConnect, "connection refused") }
    return TransportResponse(status: status)
  }
}
