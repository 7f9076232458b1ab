import SigV4

/// A deadline that every response meets, even on a busy machine.
let patience = Duration.seconds(300)

/// A request whose own deadline never makes a test fail on a busy machine.
func patientRequest(
  method: String = "GET", url: String, headers: [HeaderField] = [], body: [UInt8] = [],
  bodyLimit: Int = TransportRequest.defaultBodyLimit
) -> TransportRequest {
  TransportRequest(
    method: method, url: url, headers: headers, body: body,
    deadlines: TransportDeadlines(connect: patience, firstByte: patience, whole: patience), bodyLimit: bodyLimit)
}

extension TransportError? {
  /// Whether a deadline ended the exchange; on a busy machine that may be while TLS is set up.
  var isLate: Bool { self?.code == .timedOut || self?.message.hasSuffix("within the deadline") == true }
}
