import ArgumentParser
import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The options of every command that signs a request: its URL and how to sign it.
struct RequestOptions: ParsableArguments {
  @Argument(help: "The URL of the request.")
  var url: String

  @Argument(help: ArgumentHelp("The method. Defaults to GET, or to POST with a body.", valueName: "method"))
  var methodArgument: String?

  @Option(
    name: [.customShort("X", allowingJoined: true), .customLong("request")],
    help: ArgumentHelp("The method, as an option.", valueName: "method"))
  var methodOption: String?

  @Option(
    name: [.customShort("H", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
    help: "A header as 'Name: value'. Can be repeated.")
  var header: [String] = []

  @Option(
    name: [.customShort("d", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
    help: """
      The body as text, @FILE to read a file unchanged, or @- to read standard input. Several are joined by '&'. Adds no \
      Content-Type.
      """)
  var data: [String] = []

  @Option(
    help: """
      The region. Defaults to the region that the host names, then to AWS_REGION, the profile's region, and that of the \
      instance.
      """)
  var region: String?

  @Option(help: "Sign with SigV4a for this region set, such as '*' or 'us-east-1,us-west-*', instead of one region.")
  var regionSet: String?

  @Option(
    help: """
      The service's signing name. Defaults to the service that the host names, and for hosts that aren't AWS's to \
      \(SigningService.vpcLattice.name).
      """)
  var service: String?

  @OptionGroup var credentials: CredentialOptions

  func validate() throws {
    guard region == nil || regionSet == nil else {
      throw ValidationError("--region and --region-set can't be combined. Use --region-set for SigV4a.")
    }
    guard methodArgument == nil || methodOption == nil || methodArgument == methodOption else {
      throw ValidationError(
        "The method is given twice, as \(methodArgument ?? "") and as -X \(methodOption ?? ""). Remove one.")
    }
  }

  /// The request before signing, split into what is sent.
  struct Parts {
    let method: String
    let url: AbsoluteURL
    /// The given headers, without `Host` unless it was given.
    let headers: [HeaderField]
    let body: RequestBody?

    func payload() async throws -> Payload { try await body?.payload() ?? .empty }

    /// The request for any HTTP client.
    func signable() throws -> SignableRequest {
      try SignableRequest(method: method, url: url.text, headers: headers)
    }

    /// The request for `URLSession`, without a body that is a file.
    func urlRequest() throws -> URLRequest {
      guard let url = URL(string: url.text, encodingInvalidCharacters: false) else {
        throw Failure("The first argument isn't a valid URL. Write it as https://host/path.")
      }
      var request = URLRequest(url: url)
      request.httpMethod = method
      if case .bytes(let data) = body { request.httpBody = data }
      for header in headers { request.addValue(header.value, forHTTPHeaderField: header.name) }
      return request
    }
  }

  /// The request before signing.
  func parts() throws -> Parts {
    let url = try absoluteURL()
    let body = try RequestBody(data)
    let headers = try header.map(HeaderText.field)
    let method = methodArgument ?? methodOption ?? (body == nil ? "GET" : "POST")
    return Parts(method: method, url: url, headers: headers, body: body)
  }

  /// The URL with each character encoded that a URL can't contain, escapes unchanged, and the host in ASCII.
  private func absoluteURL() throws -> AbsoluteURL {
    guard let first = url.utf8.first, first != UInt8(ascii: "/") else {
      throw Failure(
        "The URL \(url.isEmpty ? "is empty" : "begins with / and has no host"). Write it as https://host/path. A variable of "
          + "'local' exists only in the command that it runs: use sh -c '…'.")
    }
    // Foundation converts an international host too, but on Linux not in a static executable.
    guard let url = try? AbsoluteURL(url), let ascii = url.origin.convertingHostToASCII,
      let origin = URL(string: ascii)?.absoluteString, let url = try? AbsoluteURL(origin + url.target)
    else {
      // Any other text may be a secret, or contain one.
      let isURL = ["http://", "https://"].contains { url.lowercased().hasPrefix($0) } && !url.contains(" ")
      let problem =
        isURL ? " \(url.redactedURL.debugDescription): it has no valid host" : ": it has no scheme http or https"
      throw Failure("Invalid URL\(problem). Write it as https://host/path.")
    }
    return url
  }

  /// The signer for the service and the region of the options.
  ///
  /// Both default to those that the host names, and the region then to that of environment, profile or instance.
  func signer() async throws -> Signer {
    let host = host
    let service = SigningService(try serviceName(for: host))
    noteContradictions(to: host)
    if let regionSet {
      return Signer(service: service, region: .set(regionSet.split(separator: ",").map(String.init)))
    }
    if let region { return Signer(service: service, region: SigningRegion(region)) }
    if host.region != nil { return Signer(service: service) }
    do {
      let chain = RegionChain(profile: credentials.profile)
      let region = try await chain.region()
      return Signer(service: service, region: SigningRegion(region))
    } catch let error as SigningError where error.code == .missingRegion {
      throw Failure(
        "No region is given, and the host name contains none. Use --region, or set AWS_REGION or the region of the profile."
      )
    }
  }

  /// The host that the request is for: that of a given Host header, or that of the URL.
  private var host: AWSHost {
    let given = header.compactMap { try? HeaderText.field($0) }["host"]
    return AWSHost(given ?? URL(string: url)?.host() ?? "")
  }

  private func serviceName(for host: AWSHost) throws -> String {
    if let name = service ?? host.service { return name }
    guard host.isAWS else { return SigningService.vpcLattice.name }
    guard let label = host.services.first, label != "amazonaws" else {
      throw Failure(
        "The host name doesn't determine the service. Name it with --service, such as --service execute-api.")
    }
    SigningTrace.note("Note: The host name suggests the service \(label). If its signing name differs, use --service.")
    return label
  }

  private func noteContradictions(to host: AWSHost) {
    // S3's hosts belong to several signing names.
    if let service, let own = host.service, own != service, own != "s3" || !service.utf8.starts(with: "s3".utf8) {
      SigningTrace.note("Note: The host belongs to the service \(own), but --service is \(service).")
    }
    if let region, let own = host.region, own != region {
      SigningTrace.note("Note: The host is in the region \(own), but --region is \(region).")
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
