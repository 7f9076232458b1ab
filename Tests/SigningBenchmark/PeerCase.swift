import Foundation
import SigV4

/// The work of a row as other signers read it, in the format of TestVectors, with the signature that it has to give.
struct PeerCase: Encodable {
  struct KeyPair: Encodable {
    let accessKeyId: String
    let secretAccessKey: String
    let sessionToken: String?
  }

  struct Request: Encodable {
    let method: String
    let target: String
    let headers: [[String]]
  }

  struct Options: Encodable {
    let useServiceRules = true
    let expires = 3600
  }

  struct Expectation: Encodable {
    let signature: String
  }

  let id: String
  let algorithm = "AWS4-HMAC-SHA256"
  let placement: String
  let service: String
  let region: String
  let time: String
  let credentials = KeyPair(
    accessKeyId: SigningWork.credentials.accessKeyID, secretAccessKey: SigningWork.credentials.secretAccessKey,
    sessionToken: SigningWork.credentials.sessionToken)
  let request: Request
  let options = Options()
  let expect: Expectation

  private init(_ id: String, _ placement: String, _ request: SignableRequest, _ signed: SignedRequest, _ signer: Signer)
  {
    self.id = id
    self.placement = placement
    service = signer.service.name
    region = "\(signer.region)"
    time = SigningWork.time.formatted(.iso8601)
    self.request = Request(
      method: request.method, target: request.target, headers: request.headers.map { [$0.name, $0.value] })
    expect = Expectation(signature: signed.signature)
  }

  /// The work that other signers can do too, named like the rows.
  static func all() throws -> [PeerCase] {
    let inHeaders = try [("Lattice GET", SigningWork.get), ("Lattice POST", SigningWork.post)].map { id, request in
      var copy = request
      let signed = try SigningWork.lattice.sign(&copy, with: SigningWork.credentials, at: SigningWork.time)
      return PeerCase(id, "header", request, signed, SigningWork.lattice)
    }
    var copy = SigningWork.object
    let presigned = try SigningWork.s3.presign(
      &copy, validFor: .seconds(3600), with: SigningWork.credentials, at: SigningWork.time)
    return inHeaders + [PeerCase("S3 presign", "query", SigningWork.object, presigned, SigningWork.s3)]
  }
}
