import SigV4

/// A deadline that no answer misses, however busy the machine.
let patience = Duration.seconds(300)

/// A request whose answer is sure to come: no deadline of its own makes a test fail on a machine that has much to do.
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
