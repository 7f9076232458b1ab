#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
import SigV4

/// The result of a case, in the form that `sigv4-cli conformance` writes.
public struct VectorResult: Encodable, Sendable {
  /// The error of a case that can't be signed.
  struct Failure: Encodable, Sendable {
    let code: String
    let message: String
  }

  let id: String
  var canonicalRequest: String?
  var stringToSign: String?
  var signature: String?
  var headers: [[String]]?
  var target: String?
  var error: Failure?

  /// Signs a case; an error becomes part of the result.
  public init(of vector: VectorCase) {
    id = vector.id
    do {
      let signed = try vector.sign()
      canonicalRequest = try signed.canonicalRequest.text
      stringToSign = try signed.stringToSign.text
      signature = signed.signature
      headers = signed.request.headers.map { [$0.name, $0.value] }
      target = signed.request.target
    } catch let error as SigningError {
      self.error = Failure(code: error.code.description, message: error.message)
    } catch {
      self.error = Failure(code: "invalidCase", message: "\(error)")
    }
  }

  private init(id: String, unreadable message: String) {
    self.id = id
    error = Failure(code: "invalidCase", message: message)
  }

  /// The line of JSON that answers a line of JSON.
  ///
  /// A line that isn't a case also results in an error, with its ID if there is one.
  public static func line(for line: Data) throws -> Data {
    let result: VectorResult
    do {
      result = VectorResult(of: try JSONDecoder().decode(VectorCase.self, from: line))
    } catch {
      struct Named: Decodable { let id: String }
      let id = try? JSONDecoder().decode(Named.self, from: line).id
      result = VectorResult(id: id ?? "", unreadable: "The line isn't a case of TestVectors/README.md: \(error)")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return try encoder.encode(result)
  }
}
