import Conformance
import SigV4
import Testing

/// Every vector verifies, and a change of any byte is rejected, unless the change has no meaning.
@Suite(.serialized) struct VerifierPropertyTests {
  private static func signable() throws -> [VectorCase] {
    try VectorFiles.all().filter { $0.expect?.error == nil }
  }

  @Test(arguments: try signable())
  func `a vector verifies, and a change of any byte is rejected or changes nothing`(vector: VectorCase) async throws {
    let (refused, wronglyTaken) = try await apart {
      let signed = try vector.sign()
      let sent = signed.request.asSent
      let payload = Payload.hash(signed.payloadHash)
      let verifier = Verifier(service: vector.signingService, nonCanonicalTargets: .accepted)
      let (credentials, date) = (vector.signingCredentials, try vector.date)
      _ = try verifier.verify(sent, payload: payload, with: credentials, at: date)
      let signedHeaders = try SignatureClaim(signed.request).signedHeaders
      var refused = 0
      var wronglyTaken: [String] = []
      Mutation.forEach(of: sent, turn: vector.id.utf8.count) { mutation in
        if verifier.refusal(of: mutation.request, payload: payload, with: credentials, at: date) != nil {
          refused += 1
        } else if !mutation.meansNothing(vector.signingService, signedHeaders: signedHeaders) {
          wronglyTaken.append("\(mutation.request)")
        }
      }
      return (refused, wronglyTaken)
    }
    #expect(wronglyTaken == [])
    #expect(refused > 8)
  }

  @Test(arguments: try signable())
  func `a change of the parts that a signature covers byte by byte is rejected`(vector: VectorCase) async throws {
    let wronglyTaken = try await apart {
      let signed = try vector.sign()
      let sent = signed.request.asSent
      let verifier = Verifier(service: vector.signingService, nonCanonicalTargets: .accepted)
      let date = try vector.date
      let refusal = { (request: SignableRequest, payload: Payload) in
        verifier.refusal(of: request, payload: payload, with: vector.signingCredentials, at: date)
      }
      var wronglyTaken: [String] = []
      for part in [signed.signature, signed.scope.text, signed.request.method] {
        for index in 0..<part.utf8.count {
          for mask: UInt8 in [0x04, 0x20] {
            var request = sent
            guard request.changeByte(of: part, at: index, mask) else { continue }
            if refusal(request, .hash(signed.payloadHash)) == nil { wronglyTaken.append("\(part) at \(index)") }
          }
        }
      }
      if let body = vector.hashedBody {
        if refusal(sent, .bytes(body)) != nil { wronglyTaken.append("not its own body") }
        for index in body.indices {
          var changed = body
          changed[index] ^= 1
          if refusal(sent, .bytes(changed)) == nil { wronglyTaken.append("the body at \(index)") }
        }
        var others = [body + [0], body + body + Array("another body".utf8)]
        if !body.isEmpty { others.append(body.dropLast()) }
        for other in others where refusal(sent, .bytes(other)) == nil {
          wronglyTaken.append("the body \(other)")
        }
      }
      return wronglyTaken
    }
    #expect(wronglyTaken == [])
  }
}

extension SignableRequest {
  /// The request with its folded lines as HTTP sends them: vectors end lines in LF alone.
  var asSent: SignableRequest {
    var sent = self
    for index in headers.indices {
      sent.headers[index].value = headers[index].value.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n")
    }
    return sent
  }
}

extension SignableRequest {
  /// Changes the byte at `offset` of the method, or of `part` where it stands in the signature; false where it stands escaped.
  fileprivate mutating func changeByte(of part: String, at offset: Int, _ mask: UInt8) -> Bool {
    let change = { (text: String) -> String? in
      guard let range = text.ranges(of: part).last else { return nil }
      var bytes = Array(text.utf8)
      bytes[text.utf8.distance(from: text.startIndex, to: range.lowerBound) + offset] ^= mask
      return String(decoding: bytes, as: UTF8.self)
    }
    if part == method {
      guard let changed = change(method) else { return false }
      method = changed
      return true
    }
    if let index = headers.firstIndex(where: { $0.isNamed("authorization") }) {
      guard let changed = change(headers[index].value) else { return false }
      headers[index].value = changed
      return true
    }
    guard let changed = change(target) else { return false }
    target = changed
    return true
  }
}
