import Foundation

/// A payload in chunks, and the headers of an event; the first byte chooses how they are announced.
func fuzzStreams(_ input: [UInt8]) {
  guard let choice = input.first else { return }
  let body = Array(input.dropFirst())
  for verifier in verifiers where choice & 1 == (verifier.isSigned ? 1 : 0) {
    let whole = payload(verifier.chunks, body, pieces: max(1, body.count))
    let split = payload(verifier.chunks, body, pieces: 1 + Int(choice) / 2 % 16)
    expect(whole.isComplete == split.isComplete, "A payload ends at one place, in whatever pieces it comes.", body)
    expect(!whole.isComplete || whole.bytes == split.bytes, "It is the same in pieces.", body)
    let isUnproved = verifier.isSigned && !whole.bytes.isEmpty
    expect(!isUnproved, "Nothing comes out that is signed without the secret.", whole.bytes)
  }

  if var verifier = events {
    let payload = Array(body.suffix(Int(choice)))
    var isVerified = true
    do { try verifier.verify(headers: body.span, payload: payload.span, at: time) } catch { isVerified = false }
    expect(!isVerified, "No message is accepted that isn't signed with the secret.", body)
  }

  guard let event = EventHeader.Signed(body.span) else { return }
  expect(!event.signature.isEmpty && event.signature.count < body.count, "A signature is part of the headers.", body)
  expect(event.signedHeaders.count < body.count, "What is signed is the rest.", body)
  var again = event.signedHeaders + [16] + ":chunk-signature".utf8 + [6, UInt8(event.signature.count >> 8)]
  again += [UInt8(event.signature.count & 255)] + event.signature
  let read = EventHeader.Signed(again.span)
  expect(read?.signedHeaders == event.signedHeaders, "Headers that were read are written and read the same.", body)
  expect(read?.signature == event.signature, "So is the signature.", body)
}

private func payload(_ verifier: ChunkVerifier, _ body: [UInt8], pieces: Int) -> (bytes: [UInt8], isComplete: Bool) {
  var verifier = verifier
  var bytes: [UInt8] = []
  do {
    for start in stride(from: 0, to: body.count, by: pieces) {
      bytes += try verifier.verify(Array(body[start..<min(start + pieces, body.count)]))
    }
  } catch {
    return (bytes, false)
  }
  return (bytes, verifier.isComplete)
}

private let verifiers: [(chunks: ChunkVerifier, isSigned: Bool)] = [
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
].compactMap { word in
  let isHMAC = !word.contains("ECDSA")
  var request = SignableRequest(
    method: "PUT", target: "/key",
    headers: [
      HeaderField("Host", "b.example"), HeaderField("x-amz-content-sha256", word),
      HeaderField("x-amz-decoded-content-length", "2"),
    ])
  if word.hasSuffix("TRAILER") { request.headers.append(HeaderField("x-amz-trailer", "x-amz-checksum-crc32c")) }
  let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
  let signer = isHMAC ? Signer(service: .s3, region: "us-west-2") : Signer(service: .s3, region: .set(["*"]))
  guard (try? signer.sign(&request, payload: .hash(word), with: credentials, at: time)) != nil,
    let verified = try? Verifier(service: .s3).verify(request, payload: .hash(word), with: credentials, at: time),
    // Whose secret the input can't know.
    let chunks = try? ChunkVerifier(
      of: verified, with: Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: UUID().uuidString),
      maximumChunkSize: 1024)
  else { return nil }
  return (chunks, !word.contains("UNSIGNED"))
}

/// A stream of events, signed with a secret that the input can't know.
private let events: EventVerifier? = {
  let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: UUID().uuidString)
  var request = SignableRequest(method: "POST", target: "/stream", headers: [HeaderField("Host", "h.example")])
  guard
    (try? Signer(service: SigningService("transcribe"), region: "us-west-2").signEvents(
      of: &request, with: credentials, at: time)) != nil,
    let verified = try? Verifier(service: SigningService("transcribe")).verify(
      request, payload: .hash(Signer.eventsHash), with: credentials, at: time)
  else { return nil }
  return try? EventVerifier(of: verified, with: credentials)
}()

private let time = Date(timeIntervalSince1970: 1_440_938_160)
