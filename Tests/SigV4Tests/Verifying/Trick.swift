import SigV4
import Testing

/// A change of a signed request, and the verifier's error; `nil` if the verifier still accepts the request.
struct Trick: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let code: VerificationError.Code?
  var sample = SignedSample()
  let play: @Sendable (inout SignableRequest) throws -> Void

  init(
    _ name: String, _ code: VerificationError.Code?, _ sample: SignedSample = SignedSample(),
    play: @escaping @Sendable (inout SignableRequest) throws -> Void
  ) {
    testDescription = name
    self.code = code
    self.sample = sample
    self.play = play
  }

  /// The code of the verifier's error.
  func outcome(_ targets: Verifier.NonCanonicalTargets = .rejected) throws -> VerificationError.Code? {
    let verifier = Verifier(service: sample.service, region: sample.region, nonCanonicalTargets: targets)
    return verifier.refusal(of: try sample.request(play), with: sample.credentials)
  }
}

extension SignableRequest {
  /// Replaces a text in the target; it must be there.
  mutating func replaceInTarget(_ old: String, _ new: String) throws {
    let range = try #require(target.firstRange(of: old))
    target.replaceSubrange(range, with: new)
  }

  /// Replaces a text in `Authorization`; it must be there.
  mutating func replaceInAuthorization(_ old: String, _ new: String) throws {
    let index = try #require(headers.firstIndex { $0.isNamed("authorization") })
    let range = try #require(headers[index].value.firstRange(of: old))
    headers[index].value.replaceSubrange(range, with: new)
  }

  mutating func add(_ name: String, _ value: String) { headers.append(HeaderField(name, value)) }
}
