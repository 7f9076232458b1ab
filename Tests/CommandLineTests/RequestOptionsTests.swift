import ArgumentParser
import Foundation
import SigV4
import Testing

@testable import sigv4_cli

@Suite("Options of a request")
struct RequestOptionsTests {
  private static func options(_ arguments: String...) throws -> RequestOptions { try RequestOptions.parse(arguments) }

  @Test(
    "An international host is signed in ASCII",
    arguments: [
      ("https://bücher.example/ä", "xn--bcher-kva.example", "/%C3%A4"),
      ("https://BÜCHER.example:443", "xn--bcher-kva.example", "/"),
      ("http://例え.テスト:8080/?a=ü", "xn--r8jz45g.xn--zckzah:8080", "/?a=%C3%BC"),
      ("https://ü@bücher。example/", "xn--bcher-kva.example", "/"), ("https://[::1]:9/", "[::1]:9", "/"),
      ("https://h.example/a%20b", "h.example", "/a%20b"), ("https://H.example:/", "H.example", "/"),
    ])
  func internationalHost(url: String, host: String, target: String) throws {
    let parts = try Self.options(url).parts()
    #expect(try parts.signable().headers == [HeaderField("Host", host)])
    #expect(parts.url.target == target)
    let request = try SignableRequest(parts.urlRequest())
    #expect(request.headers == [HeaderField("Host", host)])
    #expect(request.target == target)
  }

  @Test(
    "A host that can't be sent is rejected",
    arguments: ["https://b%C3%BCcher.example/", "https://a b/"])
  func invalidHost(url: String) {
    #expect(throws: (any Error).self) { try Self.options(url).parts().signable() }
  }

  @Test(
    "An invalid URL is an error that shows no secret of it, and explains variables of local",
    arguments: [
      ("", "The URL is empty", "sh -c"), ("/rates", "begins with / and has no host", "sh -c"),
      ("PLANTED", "Invalid URL: it has no scheme", "https://host/path"),
      ("https://", #"Invalid URL "https://": it has no valid host"#, "https://host/path"),
      (
        "https://u:PLANTED@/a?key=PLANTED&Action=b#PLANTED",
        ##"Invalid URL "https://<redacted>@/a?key=<redacted>&Action=b#<redacted>""##, "https://host/path"
      ),
    ])
  func invalidURL(url: String, problem: String, remedy: String) {
    let error = #expect(throws: Failure.self) { try Self.options(url).parts() }
    let text = error?.description ?? ""
    #expect(text.contains(problem) && text.contains(remedy) && !text.contains("PLANTED"), "\(text)")
  }

  @Test("A region and a region set exclude each other")
  func regionAndRegionSet() {
    let error = #expect(throws: (any Error).self) {
      try Self.options("https://h/", "--region", "us-east-1", "--region-set", "*")
    }
    #expect(
      error.map { RequestOptions.message(for: $0).contains("--region-set") } == true)
  }

  @Test(
    "Without a region, a given Host header names it rather than the URL",
    arguments: [
      ("https://127.0.0.1:8443/", "Host: a-1.b-2.vpc-lattice-svcs.eu-west-3.on.aws"),
      ("https://proxy.example/", "hOST:  a-1.b-2.vpc-lattice-svcs.eu-west-3.on.aws "),
      ("https://a-1.b-2.vpc-lattice-svcs.us-west-2.on.aws/", "Host: c-3.d-4.vpc-lattice-svcs.eu-west-3.on.aws"),
    ])
  func regionOfHostHeader(url: String, header: String) async throws {
    let options = try Self.options(url, "-H", header)
    var request = try options.parts().signable()
    let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    try await options.signer().sign(&request, payload: .empty, with: credentials)
    #expect(request.headers["authorization"]?.contains("/eu-west-3/vpc-lattice-svcs/aws4_request,") == true)
    let given = try Self.options(url, "-H", header, "--region", "us-east-1")
    var other = try given.parts().signable()
    try await given.signer().sign(&other, payload: .empty, with: credentials)
    #expect(other.headers["authorization"]?.contains("/us-east-1/vpc-lattice-svcs/") == true)
  }

  @Test("A region set signs with SigV4a", arguments: [["*"], ["us-east-1", "us-west-*"]])
  func regionSet(regions: [String]) async throws {
    let signer = try await Self.options("https://h/", "--region-set", regions.joined(separator: ",")).signer()
    #expect(signer.algorithm == .sigV4a)
  }

  @Test("A presigned URL covers a body if the service signs it", arguments: ["execute-api", "sts", "es"])
  func presignedBody(service: String) async throws {
    let options = try Self.options("https://h/", "--data", "abc", "--service", service)
    let payload = try await PresignCommand.payload(of: options.parts(), to: SigningService(service))
    #expect(payload.map { "\($0)" } == "Payload(3 bytes)")
  }

  @Test("A presigned URL that doesn't cover a body rejects one", arguments: ["s3", "vpc-lattice-svcs", "s3express"])
  func unsignedBody(service: String) async throws {
    let options = try Self.options("https://h/", "PUT", "--data", "abc", "--service", service)
    let failure = await #expect(throws: Failure.self) {
      try await PresignCommand.payload(of: options.parts(), to: SigningService(service))
    }
    #expect(failure?.description.contains("--data") == true)
    let bodiless = try Self.options("https://h/", "PUT", "--service", service)
    #expect(try await PresignCommand.payload(of: bodiless.parts(), to: SigningService(service)) == nil)
  }
}
