import ArgumentParser
import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The options of every command that signs a request: its URL and how to sign it.
struct RequestOptions: ParsableArguments {
  @Argument(help: "The URL.")
  var url: String

  @Argument(help: "The method. Defaults to GET, or to POST with a body.")
  var method: String?

  @Option(name: [.customShort("H"), .long], help: "A header as 'Name: value'. Can be repeated.")
  var header: [String] = []

  @Option(name: [.short, .long], help: "The body as text, @FILE to read a file, or @- to read standard input.")
  var data: String?

  @Option(help: "The region. Defaults to the region that the host names, then to AWS_REGION.")
  var region: String?

  @Option(help: "Sign with SigV4a for this region set, such as '*' or 'us-east-1,us-west-*', instead of one region.")
  var regionSet: String?

  @Option(help: "The service's signing name.")
  var service = SigningService.vpcLattice.name

  func validate() throws {
    guard region == nil || regionSet == nil else {
      throw ValidationError("--region and --region-set can't be combined. Use --region-set for SigV4a.")
    }
  }

  /// The request before signing, split into what is sent.
  struct Parts {
    let method: String
    let url: AbsoluteURL
    /// The given headers, without `Host` unless it was given.
    let headers: [HeaderField]
    let body: Data?

    var payload: Payload { body.map { .data($0) } ?? .empty }

    /// The request for any HTTP client.
    func signable() throws -> SignableRequest {
      try SignableRequest(method: method, url: url.text, headers: headers)
    }

    /// The request for `URLSession`.
    func urlRequest() throws -> URLRequest {
      guard let url = URL(string: url.text, encodingInvalidCharacters: false) else {
        throw Failure("Invalid URL. Use the form https://host/path.")
      }
      var request = URLRequest(url: url)
      request.httpMethod = method
      request.httpBody = body
      for header in headers { request.addValue(header.value, forHTTPHeaderField: header.name) }
      return request
    }
  }

  /// The request before signing.
  func parts() throws -> Parts {
    let url = try absoluteURL()
    let body = try body()
    let headers = try header.map(HeaderText.field)
    return Parts(method: method ?? (body == nil ? "GET" : "POST"), url: url, headers: headers, body: body)
  }

  /// The URL with each character encoded that a URL can't contain, escapes unchanged, and the host in ASCII.
  private func absoluteURL() throws -> AbsoluteURL {
    // Foundation converts an international host too, but on Linux not in a static executable.
    guard let url = try? AbsoluteURL(url), let ascii = url.origin.convertingHostToASCII,
      let origin = URL(string: ascii)?.absoluteString, let url = try? AbsoluteURL(origin + url.target)
    else {
      throw Failure("The first argument isn't a URL with a host. Write it as https://host/path.")
    }
    return url
  }

  /// The signer for the service, in the region or the region set; without either, in the region that the host names, and last
  /// in that of the environment.
  var signer: Signer {
    get throws {
      let service = SigningService(service)
      if let regionSet {
        return Signer(service: service, region: .set(regionSet.split(separator: ",").map(String.init)))
      }
      if let region { return Signer(service: service, region: SigningRegion(region)) }
      if hostNamesRegion { return Signer(service: service) }
      guard let region = environmentRegion else {
        throw Failure("No region was given, and the host names none. Use --region, or set AWS_REGION.")
      }
      return Signer(service: service, region: SigningRegion(region))
    }
  }

  private var hostNamesRegion: Bool {
    let given = header.compactMap { try? HeaderText.field($0) }["host"]
    return (given ?? URL(string: url)?.host()).flatMap { AWSHost($0).region } != nil
  }

  private var environmentRegion: String? {
    let environment = ProcessInfo.processInfo.environment
    return environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
  }

  private func body() throws -> Data? {
    guard let data else { return nil }
    guard data.hasPrefix("@") else { return Data(data.utf8) }
    if data == "@-" { return try FileHandle.standardInput.readToEnd() ?? Data() }
    do {
      return try Data(contentsOf: URL(filePath: String(data.dropFirst())))
    } catch {
      throw Failure("The file \(data.dropFirst()) can't be read.")
    }
  }
}

extension String {
  /// An origin, `scheme://user@host:port`, with its host as it is sent; `nil` for a host that can't be sent.
  fileprivate var convertingHostToASCII: String? {
    guard let slashes = utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    let authority = utf8[utf8.index(slashes, offsetBy: 2)...]
    let at = authority.lastIndex(of: UInt8(ascii: "@"))
    let start = at.map { utf8.index(after: $0) } ?? authority.startIndex
    let end = utf8[start...].lastIndex(of: UInt8(ascii: ":")) ?? endIndex
    return DomainName.ascii(String(self[start..<end])).map { self[..<start] + $0 + self[end...] }
  }
}
