import Foundation
import SigV4
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif
#if AsyncHTTPClient
  import AsyncHTTPClient
  import NIOHTTP1
#endif
#if HTTPTypes
  import HTTPTypes
#endif

/// A type of requests, as the tests of all adapters use it.
protocol TestedRequest: RequestAdapter, Sendable {
  /// Whether requests of this type carry their body.
  static var carriesBody: Bool { get }

  /// Creates `parts` for `https`.
  init(tested parts: SignableRequest) throws

  /// The parts that its client sends.
  var sentParts: SignableRequest { get throws }
}

/// A type of requests, as an argument of a test.
struct TestedType: Sendable, CustomTestStringConvertible {
  let type: any TestedRequest.Type

  var testDescription: String { "\(type)" }

  static let all: [TestedType] = {
    var types: [any TestedRequest.Type] = [SignableRequest.self, CallOfAUser.self]
    #if URLSession
      types.append(URLRequest.self)
    #endif
    #if HTTPTypes
      types.append(HTTPRequest.self)
    #endif
    #if AsyncHTTPClient
      types.append(HTTPClientRequest.self)
    #endif
    return types.map { TestedType(type: $0) }
  }()
}

extension SignableRequest: TestedRequest {
  static var carriesBody: Bool { false }
  init(tested parts: SignableRequest) { self = parts }
  var sentParts: SignableRequest { self }
}

/// The type of a user, which conforms as the documentation of the protocol shows.
struct CallOfAUser: Sendable {
  var method = "GET"
  var host: String
  var target = "/"
  var headers: [HeaderField] = []
  var body: [UInt8] = []
}

extension CallOfAUser: RequestAdapter {
  func signableRequest(for service: SigningService, in placement: SignaturePlacement) -> SignableRequest {
    receivedRequest(for: service)
  }

  func receivedRequest(for service: SigningService) -> SignableRequest {
    SignableRequest(method: method, target: target, headers: [HeaderField("Host", host)] + headers)
  }

  var signablePayload: Payload? { .bytes(body) }

  mutating func apply(_ signed: SignedRequest, replacing isReplaced: (String) -> Bool) {
    target = signed.request.target
    headers.removeAll { isReplaced($0.name) }
    headers += signed.addedHeaders
  }
}

extension CallOfAUser: TestedRequest {
  static var carriesBody: Bool { true }

  init(tested parts: SignableRequest) throws {
    let host = try #require(parts.headers["host"])
    let others = parts.headers.filter { !$0.isNamed("host") }
    self.init(method: parts.method, host: host, target: parts.target, headers: others)
  }

  var sentParts: SignableRequest { signableRequest(for: .s3, in: .header) }
}

#if URLSession
  extension URLRequest: TestedRequest {
    static var carriesBody: Bool { true }

    init(tested parts: SignableRequest) throws {
      let host = try #require(parts.headers["host"])
      self.init(url: try #require(URL(string: "https://\(host)\(parts.target)")))
      httpMethod = parts.method
      for header in parts.headers where !header.isNamed("host") {
        setValue(header.value, forHTTPHeaderField: header.name)
      }
    }

    var sentParts: SignableRequest { get throws { try SignableRequest(self) } }
  }
#endif

#if HTTPTypes
  extension HTTPRequest: TestedRequest {
    static var carriesBody: Bool { false }

    init(tested parts: SignableRequest) throws {
      self.init(
        method: try #require(HTTPRequest.Method(parts.method)), scheme: "https", authority: parts.headers["host"],
        path: parts.target)
      for header in parts.headers where !header.isNamed("host") {
        headerFields[try #require(HTTPField.Name(header.name))] = header.value
      }
    }

    var sentParts: SignableRequest { get throws { try SignableRequest(self) } }
  }
#endif

#if AsyncHTTPClient
  extension HTTPClientRequest: TestedRequest {
    static var carriesBody: Bool { true }

    init(tested parts: SignableRequest) throws {
      let host = try #require(parts.headers["host"])
      self.init(url: "https://\(host)\(parts.target)")
      method = HTTPMethod(rawValue: parts.method)
      for header in parts.headers where !header.isNamed("host") { headers.add(name: header.name, value: header.value) }
    }

    var sentParts: SignableRequest { get throws { try SignableRequest(self) } }
  }
#endif
