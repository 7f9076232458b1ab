import Foundation
import SigV4
import Testing

/// A request with a valid signature, to verify unchanged or after a change.
struct SignedSample: CustomTestStringConvertible {
  var service = SigningService("service")
  var region: String? = "us-west-2"
  var algorithm = SigningAlgorithm.sigV4
  var placement = SignaturePlacement.header
  var token: String?
  var body: [UInt8] = []
  var method = "GET"
  var target = "/orders/a%20b?page=2&page=1&filter=a%2Fb"
  var headers = [HeaderField("Host", "example.amazonaws.com"), HeaderField("X-Color", "blue")]

  var testDescription: String {
    "\(service.name) \(algorithm.rawValue) \(placement)\(token == nil ? "" : " with token")"
  }

  static let time = Date(timeIntervalSince1970: 1_440_938_160)  // 2015-08-30T12:36:00Z

  var credentials: Credentials {
    Credentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: token)
  }

  var verifier: Verifier { Verifier(service: service, region: region) }

  /// The signed request after `change`.
  func request(_ change: (inout SignableRequest) throws -> Void = { _ in }) throws -> SignableRequest {
    var request = SignableRequest(method: method, target: target, headers: headers)
    let signer =
      algorithm == .sigV4
      ? Signer(service: service, region: region.map { SigningRegion($0) } ?? .fromHost)
      : Signer(service: service, region: .set(["us-east-1", "us-west-*"]))
    switch placement {
    case .header: try signer.sign(&request, payload: .bytes(body), with: credentials, at: Self.time)
    case .query: try signer.presign(&request, validFor: .seconds(900), with: credentials, at: Self.time)
    }
    try change(&request)
    return request
  }

  /// The error of the verifier for the request with one more unsigned header.
  func refusal(afterAdding header: HeaderField) throws -> VerificationError.Code? {
    verifier.refusal(of: try request { $0.headers.append(header) }, with: credentials)
  }

  /// Every way to sign.
  static let all: [SignedSample] = [SigningService("service"), .vpcLattice, .s3].flatMap { service in
    [SigningAlgorithm.sigV4, .sigV4a].flatMap { algorithm in
      [SignaturePlacement.header, .query].flatMap { placement in
        [nil, "token/of+the=session"].map { token in
          SignedSample(service: service, algorithm: algorithm, placement: placement, token: token)
        }
      }
    }
  }
}

extension SignableRequest {
  /// Changes the value of the one header called `name`.
  mutating func change(_ name: String, _ change: (String) -> String) throws {
    let index = try #require(headers.firstIndex { $0.isNamed(name) })
    headers[index].value = change(headers[index].value)
  }

  mutating func remove(_ name: String) {
    headers.removeAll { $0.isNamed(name) }
  }

  /// Replaces the header called `name`, or adds it.
  mutating func set(_ name: String, _ value: String) {
    remove(name)
    headers.append(HeaderField(name, value))
  }
}

extension Verifier {
  /// The code of the error of verifying; `nil` if the request is accepted.
  func refusal(
    of request: SignableRequest, payload: Payload = .empty, with credentials: Credentials?,
    at time: Date = SignedSample.time
  ) -> VerificationError.Code? {
    do {
      _ = try verify(request, payload: payload, with: credentials, at: time)
      return nil
    } catch {
      return error.code
    }
  }
}
