import Conformance
import Foundation
import SigV4
import Testing

@Suite struct VectorTests {
  @Test(arguments: try VectorFiles.all())
  func `each step of a vector gives the expected text`(vector: VectorCase) throws {
    let expected = try #require(vector.expect, "The vector has no expectation.")
    if let code = expected.error?.code {
      let error = #expect(throws: SigningError.self) { try vector.sign() }
      #expect(error?.code.description == code)
      return
    }
    let signed = try vector.sign()
    if let canonicalRequest = expected.canonicalRequest {
      #expect(try signed.canonicalRequest.text == canonicalRequest)
    }
    if let stringToSign = expected.stringToSign {
      #expect(try signed.stringToSign.text == stringToSign)
    }
    switch signed.algorithm {
    case .sigV4:
      #expect(signed.signature == expected.signature)
    case .sigV4a:
      // Signatures differ each time: both the sample and ours must be valid.
      let key = try #require(expected.publicKey)
      let text = try signed.stringToSign
      for signature in [signed.signature, expected.signature].compactMap({ $0 }) {
        #expect(try text.isSigned(signature, x: key.x, y: key.y))
      }
      let verified = try Verifier(service: vector.signingService, nonCanonicalTargets: .accepted).verify(
        signed.request.asSent, payload: vector.payload, with: vector.signingCredentials, at: vector.date)
      #expect(verified.claim.accessKeyID == vector.signingCredentials.accessKeyID)
    }
  }

  @Test func `every published case is among the vectors`() throws {
    // 38 cases with SigV4 and 38 with SigV4a, each in both placements.
    #expect(try VectorFiles.cases("aws-v4").count == 76)
    #expect(try VectorFiles.cases("aws-v4a").count >= 76)
    print(
      "\(try VectorFiles.all().count) vectors, \(try VectorFiles.cases("aws-v4", "aws-v4a").count) of them published")
  }

  @Test func `the ids of vectors are unique`() throws {
    let ids = try VectorFiles.all().map(\.id)
    #expect(Set(ids).count == ids.count)
  }
}
