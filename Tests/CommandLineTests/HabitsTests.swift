import ArgumentParser
import Foundation
import SigV4
import Testing

@testable import sigv4_cli

@Suite("Options as curl's users write them")
struct HabitsTests {
  private static func options(_ arguments: String...) throws -> RequestOptions { try RequestOptions.parse(arguments) }

  private static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "it's secret", sessionToken: "a'token")

  @Test(
    "Values may be glued to their options",
    arguments: [
      ["-XPUT", "-HA: b", "-dx", "--service=es"], ["-X", "PUT", "-H", "A: b", "-d", "x", "--service", "es"],
      ["--request=PUT", "--header=A: b", "--data=x", "--service=es"], ["PUT", "-HA: b", "-d", "x", "--service", "es"],
    ])
  func gluedOptions(arguments: [String]) throws {
    let options = try RequestOptions.parse(["https://h.example/"] + arguments)
    let parts = try options.parts()
    #expect(parts.method == "PUT")
    #expect(parts.headers == [HeaderField("A", "b")])
    #expect(parts.body?.length == 1)
    #expect(options.service == "es")
  }

  @Test(
    "A body means POST, unless a method is given",
    arguments: [
      (["-d", "x"], "POST", 1), (["-d", ""], "POST", 0), (["-d", "-5"], "POST", 2),
      (["-d", "x", "-X", "GET"], "GET", 1),
      (["-da", "-d", "b=2"], "POST", 5), (["-d@\(#filePath)"], "POST", nil), ([], "GET", nil),
    ] as [([String], String, Int?)])
  func method(arguments: [String], method: String, length: Int?) throws {
    let parts = try RequestOptions.parse(["https://h.example/"] + arguments).parts()
    #expect(parts.method == method)
    if let length { #expect(parts.body?.length == length) }
  }

  @Test(
    "A glued value may contain an equals sign",
    arguments: [
      (["request", "u", "-da=1"], ["request", "u", "-d", "a=1"]),
      (["sign", "u", "-HA: b=c", "-XPUT"], ["sign", "u", "-H", "A: b=c", "-XPUT"]),
      (["presign", "u", "-d", "-da=1", "-da=1"], ["presign", "u", "-d", "-da=1", "-d", "a=1"]),
      (["request", "--data", "-d=", "--json", "-d="], ["request", "--data", "-d=", "--json", "-d", "="]),
      (["request", "--", "-da=1"], ["request", "--", "-da=1"]), (["verify", "-da=1"], ["verify", "-da=1"]), ([], []),
    ] as [([String], [String])])
  func gluedEquals(arguments: [String], split: [String]) {
    #expect(GluedOptions.split(arguments) == split)
  }

  @Test("A body from a file is hashed like the same bytes in memory")
  func fileBody() async throws {
    let file = try #require(try RequestBody(["@\(#filePath)"]))
    guard case .file(_, let length) = file else {
      Issue.record("\(file) isn't a file.")
      return
    }
    let bytes = try Data(contentsOf: URL(filePath: #filePath))
    #expect(length == bytes.count)
    var hasher = try PayloadHasher()
    try hasher.update(Array(bytes).span)
    #expect(try await "\(file.payload())" == "\(hasher.finish())")
  }

  @Test("A file that can't be read is named", arguments: ["/nowhere/body", "/"])
  func unreadableBody(path: String) {
    let failure = #expect(throws: Failure.self) { try RequestBody(["@" + path]) }
    #expect(failure?.description.contains(path) == true)
  }

  @Test("Two methods contradict each other")
  func twoMethods() throws {
    #expect(throws: (any Error).self) { try Self.options("https://h/", "PUT", "-X", "POST") }
    #expect(try Self.options("https://h/", "PUT", "-X", "PUT").parts().method == "PUT")
  }

  @Test(
    "Service and region come from the host",
    arguments: [
      ("https://a.execute-api.eu-west-1.amazonaws.com/", "execute-api", "eu-west-1"),
      ("https://b.s3.us-west-2.amazonaws.com/key", "s3", "us-west-2"),
      ("https://r-1.2.vpc-lattice-svcs.us-east-2.on.aws/", "vpc-lattice-svcs", "us-east-2"),
      ("https://sqs.us-east-1.amazonaws.com/", "sqs", "us-east-1"),
      ("https://us-west-2.es.amazonaws.com/", "es", "us-west-2"),
    ])
  func fromHost(url: String, service: String, region: String) async throws {
    let options = try Self.options(url)
    var request = try options.parts().signable()
    let signed = try await options.signer().sign(&request, payload: .empty, with: Self.credentials)
    #expect(signed.scope.service == service)
    #expect(signed.scope.region == region)
  }

  @Test("An AWS host that names no service needs the option", arguments: ["iam.amazonaws.com", "b.s3.amazonaws.com"])
  func unnamedService(host: String) async throws {
    let failure = try await #require(throws: Failure.self) {
      _ = try await Self.options("https://\(host)/", "--region", "us-east-1").signer()
    }
    #expect(failure.description.contains("--service"))
  }

  @Test(
    "A time is a number of seconds, or has a unit",
    arguments: [("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604_800)])
  func duration(text: String, seconds: Int) throws {
    #expect(try DurationText.duration(text) == .seconds(seconds))
    #expect(try PresignCommand.parse(["https://h/", "--expires", text]).expires == .seconds(seconds))
    #expect(try RequestCommand.parse(["https://h/", "-m\(text)"]).timeout == .seconds(seconds))
  }

  @Test(
    "Any other time is rejected",
    arguments: ["", "h", "1w", "-1h", "+1h", "1 h", "0", "1.5h", "1h30m", "99999999999999d"])
  func invalidDuration(text: String) {
    #expect(throws: Failure.self) { try DurationText.duration(text) }
  }

  @Test(
    "A signed request is printed as the curl command that sends it",
    arguments: [
      ["https://h.example/a%20b?x=1"], ["https://h.example/a/../b?q=[1]{2}", "--service", "s3"],
      ["https://h.example/", "-d", "it's @x\n"], ["https://h.example/", "-d@x", "-d", "y"],
      ["https://h.example/", "PUT", "-H", "A: it's", "-H", "B:", "-H", "Content-Type: text/plain", "-d", ""],
      ["https://h.example/", "-X", "HEAD"], ["https://h.example/", "-X", "DELETE"],
      ["https://h.example/", "-H", "Host: other.example"], ["https://h.example:8443/", "-d", "@é"],
    ])
  func curl(arguments: [String]) throws {
    // The files aren't read: the command names them.
    let options = try RequestOptions.parse(arguments)
    let given = try arguments.filter { $0.contains("@") }.isEmpty ? options.parts().headers : []
    var request = try SignableRequest(
      method: options.methodArgument ?? options.methodOption ?? (options.data.isEmpty ? "GET" : "POST"),
      url: options.url,
      headers: given)
    try Signer(service: SigningService(options.service ?? "execute-api"), region: "us-west-2")
      .sign(&request, payload: .empty, with: Self.credentials)
    let url = try AbsoluteURL(options.url).origin + request.target
    let command = try CurlText.command(for: request, url: url, body: options.data)
    #expect(command.hasSuffix("'\(url)'"))
    let read = try RequestText(Array(command.utf8)) { Array("<\($0)>".utf8) }
    #expect(read.request.method == request.method)
    #expect(read.request.target == request.target)
    for field in request.headers { #expect(read.request.headers.contains(field)) }
    if options.data.isEmpty || given.contains(where: { $0.isNamed("content-type") }) == false {
      #expect(read.request.headers["content-type"] == request.headers["content-type"])
    }
    let body = options.data.map { $0.first == "@" ? "<\($0.dropFirst())>" : $0 }.joined(separator: "&")
    #expect(read.body == Array(body.utf8))
    #expect(read.notes.isEmpty)
  }

  @Test("Standard input can't be part of a curl command")
  func curlOfStandardInput() throws {
    let request = try SignableRequest(method: "POST", url: "https://h/")
    #expect(throws: Failure.self) { try CurlText.command(for: request, url: "https://h/", body: ["@-"]) }
  }

  @Test("Formats for other programs contain the whole credentials")
  func formats() throws {
    let lines = try CredentialsCommand.text(of: Self.credentials, in: .env).split(separator: "\n")
    #expect(
      lines == [
        "export AWS_ACCESS_KEY_ID='AKIDEXAMPLE'", "export AWS_SECRET_ACCESS_KEY='it'\\''s secret'",
        "export AWS_SESSION_TOKEN='a'\\''token'", "unset AWS_CREDENTIAL_EXPIRATION",
      ])
    let process = try CredentialsCommand.text(of: Self.credentials, in: .process)
    #expect(
      process
        == #"{"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"it's secret","SessionToken":"a'token","Version":1}"#)
    #expect(try CredentialsCommand.text(of: Self.credentials, in: .json).contains(#""secretAccessKey":"it's secret""#))
  }

  @Test("Options that exclude each other are a wrong use")
  func exclusiveOptions() {
    #expect(throws: (any Error).self) { try RequestCommand.parse(["https://h/", "--json", "-i"]) }
    #expect(throws: (any Error).self) { try RequestCommand.parse(["https://h/", "--json", "-o", "f"]) }
    #expect(throws: (any Error).self) { try SignCommand.parse(["https://h/", "--json", "--curl"]) }
    #expect(throws: (any Error).self) { try CredentialsCommand.parse(["--json", "--format", "env"]) }
  }
}
