import SigV4

/// A request whose answer is sure to come: no deadline of its own makes a test fail on a machine that has much to do.
func patientRequest(
  method: String = "GET", url: String, headers: [HeaderField] = [], body: [UInt8] = [],
  bodyLimit: Int = TransportRequest.defaultBodyLimit
) -> TransportRequest {
  let long = Duration.seconds(300)
  return TransportRequest(
    method: method, url: url, headers: headers, body: body,
    deadlines: TransportDeadlines(connect: long, firstByte: long, whole: long), bodyLimit: bodyLimit)
}
