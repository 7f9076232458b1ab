import Foundation
import SigV4
import Testing

@Suite struct EventVerifierTests {
  private typealias Message = (headers: [UInt8], payload: [UInt8])

  private let credentials = SignedSample().credentials
  private let time = SignedSample.time

  /// A verified request, and the signer of the messages that follow it.
  private func opening() throws -> (request: VerifiedRequest, events: EventSigner) {
    var request = SignableRequest(method: "POST", target: "/stream", headers: [HeaderField("Host", "h.example")])
    let signer = Signer(service: SigningService("transcribe"), region: "us-west-2")
    let (_, events) = try signer.signEvents(of: &request, with: credentials, at: time)
    let verified = try Verifier(service: SigningService("transcribe")).verify(
      request, payload: .hash("STREAMING-AWS4-HMAC-SHA256-EVENTS"), with: credentials, at: time)
    #expect(verified.bodyCoverage == .coveredPieceByPiece)
    return (verified, events)
  }

  /// A verified request and four messages that follow it, the last without a payload.
  private func stream() throws -> (verifier: EventVerifier, messages: [Message]) {
    let (request, signer) = try opening()
    var events = signer
    var messages: [Message] = []
    for payload in ["one", "two", "three", ""] {
      let bytes = Array(payload.utf8)
      messages.append((try events.sign(bytes.span, at: time.addingTimeInterval(1)).headers, bytes))
    }
    return (try EventVerifier(of: request, with: credentials), messages)
  }

  private func code(of verifier: inout EventVerifier, _ message: Message, after: Double = 0) -> VerificationError.Code?
  {
    do {
      try verifier.verify(
        headers: message.headers.span, payload: message.payload.span, at: time.addingTimeInterval(after))
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `messages in any collection of bytes are verified`() throws {
    var (verifier, messages) = try stream()
    for message in messages {
      try verifier.verify(headers: [message.headers].joined(), payload: [message.payload].joined(), at: time)
    }
    #expect(verifier.isComplete)
  }

  @Test func `the messages that were signed are verified, to the last`() throws {
    var (verifier, messages) = try stream()
    for message in messages {
      #expect(!verifier.isComplete)
      #expect(code(of: &verifier, message) == nil)
    }
    #expect(verifier.isComplete)
    #expect(code(of: &verifier, messages[3]) == .malformedChunk)
  }

  @Test(arguments: [[1], [0, 2], [0, 0], [3]])
  func `a dropped, repeated or moved message is rejected, and so are all that follow`(order: [Int]) throws {
    var (verifier, messages) = try stream()
    var codes = order.map { code(of: &verifier, messages[$0]) }
    #expect(codes.removeLast() == .wrongSignature)
    #expect(codes.allSatisfy { $0 == nil })
    #expect(code(of: &verifier, messages[0]) == .malformedChunk)
  }

  @Test func `a changed byte is rejected, wherever it is`() throws {
    var (verifier, messages) = try stream()
    for (number, message) in messages.enumerated() {
      for place in 0..<(message.headers.count + message.payload.count) {
        var (wrong, changed) = (verifier, message)
        if place < message.headers.count {
          changed.headers[place] ^= 0x40
        } else {
          changed.payload[place - message.headers.count] ^= 0x40
        }
        // The last two bytes of a date count milliseconds; what changes no second still changes what is signed.
        #expect(code(of: &wrong, changed) != nil, "byte \(place) of message \(number)")
      }
      #expect(code(of: &verifier, message) == nil)
    }
  }

  @Test(arguments: [-299.0, 301, 302])
  func `a message is accepted five minutes before and after its date`(offset: Double) throws {
    var (verifier, messages) = try stream()
    #expect(code(of: &verifier, messages[0], after: offset) == (offset == 302 ? .skewedDate : nil))
  }

  @Test func `a message that is larger than the protocol allows is rejected before it is hashed`() throws {
    let (verifier, messages) = try stream()
    for (headers, payload, expected) in [
      (131_072, 25_165_824, VerificationError.Code.malformedChunk), (131_073, 0, .tooLarge), (0, 25_165_825, .tooLarge),
    ] {
      var verifier = verifier
      let message = ([UInt8](repeating: 0, count: headers), [UInt8](repeating: 0, count: payload))
      #expect(code(of: &verifier, message) == expected)
      #expect(code(of: &verifier, messages[0]) == .malformedChunk)
    }
  }

  @Test(
    arguments: [
      // Lengths beyond the end, a type that isn't known, a name without a type, a date of another type or length.
      [0xFF], [0, 0], [1], [1, 0x61], [1, 0x61, 6], [1, 0x61, 6, 0xFF], [1, 0x61, 6, 0xFF, 0xFF], [1, 0x61, 7, 0, 1],
      [1, 0x61, 9, 1, 2, 3], [1, 0x61, 10], [1, 0x61, 255], [5] + Array(":date".utf8) + [8, 0],
      [5] + Array(":date".utf8) + [5, 0, 0, 0, 0, 0, 0, 0, 0], [16] + Array(":chunk-signature".utf8) + [6, 0, 0],
      [16] + Array(":chunk-signature".utf8) + [7, 0, 1, 0],
    ] as [[UInt8]])
  func `headers with lengths and types that don't fit are rejected`(extra: [UInt8]) throws {
    let (verifier, messages) = try stream()
    for headers in [extra, extra + messages[0].headers, messages[0].headers + extra] {
      var verifier = verifier
      #expect(code(of: &verifier, (headers, messages[0].payload)) != nil)
    }
  }

  @Test(
    arguments: [
      [0], [1], [2, 9], [3, 0, 9], [4, 0, 0, 0, 9], [5] + Array(repeating: 9, count: 8), [6, 0, 0], [7, 0, 0],
      [7, 0, 1, 0x62], [9] + Array(repeating: 9, count: 16),
    ] as [[UInt8]])
  func `a header with a value of any type may be the last`(value: [UInt8]) throws {
    let opening = try opening()
    var events = opening.events
    var verifier = try EventVerifier(of: opening.request, with: credentials)
    let date = Array(try stream().messages[0].headers.prefix(15))
    let header = [1, UInt8(ascii: "a")] + value
    let (signedHeaders, payload) = (date + header, Array("a".utf8))
    let signature = try events.signature(
      headers: signedHeaders.span, payload: payload.span, at: time.addingTimeInterval(1))
    let name = Array(":chunk-signature".utf8)
    let headers = date + [UInt8(name.count)] + name + [6, 0, UInt8(signature.count)] + signature + header
    #expect(code(of: &verifier, (headers, payload)) == nil)
  }

  @Test(arguments: [Int64.min, -1, 0, Int64.max, 253_402_300_800_000, -62_135_596_800_001])
  func `a date of any size is rejected if it is far off`(milliseconds: Int64) throws {
    let (verifier, messages) = try stream()
    var copy = verifier
    let date = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: milliseconds >> $0) }
    let name = Array(":date".utf8)
    let start = try #require(messages[0].headers.firstRange(of: name)).upperBound + 1
    var headers = messages[0].headers
    headers.replaceSubrange(start..<start + 8, with: date)
    let code = code(of: &copy, (headers, messages[0].payload))
    #expect(code == .skewedDate || code == .malformedChunk)
  }

  @Test func `headers cut off anywhere are rejected`() throws {
    let (verifier, messages) = try stream()
    for kept in messages[0].headers.indices {
      var verifier = verifier
      #expect(code(of: &verifier, (Array(messages[0].headers[..<kept]), messages[0].payload)) == .malformedChunk)
    }
  }
}
