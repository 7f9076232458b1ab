#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
public import SigV4

/// One case of a vector file: a request, the options to sign it with, and the expected results.
///
/// A file is in JSON Lines, one case per line. TestVectors/README.md describes the fields.
public struct VectorCase: Decodable, Sendable {
  /// The key pair of a case.
  public struct KeyPair: Decodable, Sendable {
    let accessKeyId: String
    let secretAccessKey: String
    let sessionToken: String?
  }

  /// The request of a case.
  public struct Request: Decodable, Sendable {
    let method: String
    let target: String
    let headers: [[String]]
    let body: Data?
  }

  /// The options of a case; a missing option has its default.
  public struct Options: Decodable, Sendable {
    var payload: String?
    var contentHashHeader: Bool?
    var normalizePath: Bool?
    var encodePathTwice: Bool?
    var expires: Int?
    var omitSessionToken: Bool?
    var useServiceRules: Bool?
  }

  /// The expected results; only existing parts are compared.
  public struct Expectation: Decodable, Sendable {
    /// The coordinates of a P-256 key, in hex.
    public struct PublicKey: Decodable, Sendable {
      /// The first coordinate.
      public let x: String
      /// The second coordinate.
      public let y: String
    }

    /// An error, identified by its code.
    public struct Failure: Decodable, Sendable {
      /// The code of ``SigV4/SigningError``.
      public let code: String
    }

    /// The canonical request.
    public let canonicalRequest: String?
    /// The string to sign.
    public let stringToSign: String?
    /// The signature: the only one with SigV4, a sample with SigV4a.
    public let signature: String?
    /// The key that SigV4a signatures are verified with.
    public let publicKey: PublicKey?
    /// The error that the case must end in.
    public let error: Failure?
  }

  /// A placement of the signature.
  public enum Placement: String, Decodable, Sendable {
    /// In `Authorization`.
    case header
    /// In the query: a presigned request.
    case query
  }

  /// The case's name, unique in all files.
  public let id: String
  /// The rules of Docs/Signing-Rules.md that it tests.
  public let rules: [String]?
  let algorithm: String
  let placement: Placement
  let service: String
  let region: String
  let time: String
  let credentials: KeyPair
  let request: Request
  let options: Options?
  /// The expected results.
  public let expect: Expectation?
}

extension VectorCase: CustomStringConvertible {
  /// The id.
  public var description: String { id }
}

extension VectorCase {
  /// The credentials to sign with.
  public var signingCredentials: Credentials {
    Credentials(
      accessKeyID: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey,
      sessionToken: credentials.sessionToken)
  }

  /// The time of signing.
  public var date: Date {
    get throws { try Date(time, strategy: .iso8601) }
  }

  /// Signs the request with the options of the case.
  public func sign() throws -> SignedRequest {
    var request = SignableRequest(
      method: self.request.method, target: self.request.target,
      headers: try self.request.headers.map { field in
        guard field.count == 2 else { throw CaseError.headerIsNoPair(id) }
        return HeaderField(field[0], field[1])
      })
    let signer = try signer
    switch placement {
    case .header:
      return try signer.sign(&request, payload: payload, with: signingCredentials, at: date)
    case .query:
      return try signer.presign(
        &request, validFor: .seconds(options?.expires ?? 3600), payload: presignedPayload, with: signingCredentials,
        at: date)
    }
  }

  private var signer: Signer {
    get throws {
      switch SigningAlgorithm(rawValue: algorithm) {
      case .sigV4: Signer(service: signingService, region: SigningRegion(region))
      case .sigV4a:
        Signer(
          service: signingService,
          region: .set(region.split(separator: ",", omittingEmptySubsequences: false).map(String.init)))
      case nil: throw CaseError.unknownAlgorithm(id, algorithm)
      }
    }
  }

  /// The service's rules, according to the options.
  public var signingService: SigningService {
    if options?.useServiceRules == true { return SigningService(service) }
    return SigningService(
      customRulesFor: service,
      contentHashHeader: options?.contentHashHeader == true ? .sentUnlessPresigned : .omitted,
      pathEncoding: options?.encodePathTwice == false ? .once : .twice,
      pathNormalization: options?.normalizePath == false ? .preserved : .normalized,
      sessionToken: options?.omitSessionToken == true ? .addedAfterSigning : .signed)
  }

  /// The payload that is signed, according to the options.
  public var payload: Payload {
    switch options?.payload ?? "hash" {
    case "hash": request.body.map(Payload.data) ?? .empty
    case "unsigned": .unsigned
    case "empty": .empty
    case let literal: .hash(literal)
    }
  }

  /// The bytes that the signature covers as the payload; `nil` if it covers no hash of bytes.
  public var hashedBody: [UInt8]? {
    let isHashed =
      switch signingService.payload {
      case .signed: true
      case .unsignedWhenPresigned: placement == .header
      case .unsigned: false
      }
    return options?.payload ?? "hash" == "hash" && isHashed ? Array(request.body ?? Data()) : nil
  }

  /// The payload to presign with; defaults to the service's own if its rules apply.
  private var presignedPayload: Payload? {
    options?.useServiceRules == true && signingService.payload == .unsignedWhenPresigned ? nil : payload
  }
}

/// The reason why a case is unreadable.
enum CaseError: Error, CustomStringConvertible {
  case headerIsNoPair(String)
  case unknownAlgorithm(String, String)

  var description: String {
    switch self {
    case .headerIsNoPair(let id): "\(id): a header isn't a pair [name, value]."
    case .unknownAlgorithm(let id, let name): "\(id): there is no algorithm \(name)."
    }
  }
}
