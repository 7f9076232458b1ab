import ArgumentParser
import Foundation
import LocalAWS
import Testing

@testable import sigv4_cli

@Suite("Options of local")
struct LocalOptionsTests {
  private static func options(_ arguments: String...) throws -> LocalOptions { try LocalOptions.parse(arguments) }

  private static func file(_ text: String) throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).json")
    try Data(text.utf8).write(to: url)
    return url.path()
  }

  private static let deny = #"{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}"#

  @Test("Without options, there is one service for signed requests")
  func defaults() throws {
    let services = try Self.options().services()
    #expect(services.map(\.name) == ["reservation"])
    #expect(services[0].port == 0 && services[0].arn == LatticeService.exampleARN)
    #expect(services[0].policy == .authenticatedOnly && services[0].upstream == nil)
  }

  @Test("Services have names, ports and ARNs of their own")
  func services() throws {
    let services = try Self.options(
      "--service", "rates=8081", "--service", "parking", "--region", "eu-west-1", "--account", "999999999999",
      "--arn", "parking=arn:aws:vpc-lattice:x:123456789012:service/svc-9", "--upstream", "rates=http://127.0.0.1:1"
    ).services()
    #expect(services.map(\.name) == ["rates", "parking"])
    #expect(services.map(\.port) == [8081, 0])
    #expect(services[0].arn == "arn:aws:vpc-lattice:eu-west-1:999999999999:service/svc-0123456789abcdef0")
    #expect(services[1].arn == "arn:aws:vpc-lattice:x:123456789012:service/svc-9")
    #expect(services[0].upstream?.url == "http://127.0.0.1:1" && services[1].upstream == nil)
  }

  @Test("A policy is for all services or for one")
  func policies() throws {
    let deny = try Self.file(Self.deny)
    defer { try? FileManager.default.removeItem(atPath: deny) }
    let one = try Self.options("--service", "a", "--service", "b", "--policy", "b=\(deny)").services()
    #expect(one[0].policy == .authenticatedOnly && one[1].policy != .authenticatedOnly)
    let all = try Self.options("--service", "a", "--service", "b", "--policy", deny).services()
    #expect(all[0].policy == all[1].policy && all[0].policy != .authenticatedOnly)
    let network = try Self.options("--network-policy", deny).services()
    #expect(network[0].policy == .everybody)
  }

  @Test(
    "An unreadable option is an error that names it",
    arguments: [
      (["--service", "a b"], "a b"), (["--service", "=1"], "Invalid service"),
      (["--service", "a=0"], "from 1 to 65535"),
      (["--service", "a=x"], "from 1 to 65535"), (["--service", "a", "--service", "a"], "given twice"),
      (["--upstream", "https://h"], "in --upstream"), (["--policy", "/nonexistent"], "doesn't exist"),
      (["--upstream", "http://h", "--upstream", "http://i"], "--upstream is given twice"),
      (["--service", "a", "--service", "b", "--arn", "arn:aws:x"], "--arn doesn't name its service"),
      (["--service", "a-b", "--service", "a_b"], "a-b and a_b would share the variable LATTICE_A_B_URL"),
      (["--account", "abc"], "Invalid account"), (["--account", "12345678901"], "Invalid account"),
      (["--role", "a/b"], "Invalid role"), (["--role", "x'y"], "Invalid role"), (["--role", ""], "Invalid role"),
      (["--region", "x'; echo INJECTED; '"], "Invalid region"), (["--region", ""], "Invalid region"),
      (["--arn", "nope=arn:x"], "Invalid ARN"), (["--arn", LatticeService.exampleARN + "/"], "Invalid ARN"),
      (["--arn", "arn:aws:vpc-lattice:us-west-2:1:service/svc-1"], "Invalid ARN"),
      (["--arn", "arn:aws:s3:us-west-2:123456789012:service/svc-1"], "Invalid ARN"),
    ])
  func invalid(arguments: [String], text: String) throws {
    let error = #expect(throws: Failure.self) { try LocalOptions.parse(arguments).services() }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }

  @Test("An invalid policy is an error that names the file, the statement and the element")
  func invalidPolicy() throws {
    let file = try Self.file(
      #"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringIs":{}}}}"#)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let error = #expect(throws: Failure.self) { try Self.options("--policy", file).services() }
    #expect(
      error?.description
        == "Invalid policy \(file): statement 1 has the condition operator \"StringIs\", which doesn't exist.")
  }

  @Test(
    "A clock is ahead or behind",
    arguments: [
      ("+10m", 600), ("90s", 90), ("-2d", -172_800), ("1h", 3600), ("0s", 0),
    ])
  func clock(text: String, seconds: Int) throws {
    #expect(try LocalOptions.parse(["--clock=\(text)"]).clockOffset() == .seconds(seconds))
  }

  @Test(
    "An invalid clock is an error",
    arguments: ["10", "m", "+-5m", "1.5h", "9999999999s", "10 m", "5", "36526d", "+100000000d"])
  func invalidClock(text: String) {
    #expect(throws: Failure.self) { try LocalOptions.parse(["--clock=\(text)"]).clockOffset() }
  }

  @Test("Context keys have one value or several, and unknown ones are errors")
  func context() throws {
    var expected = PolicyContext()
    try expected.set("aws:PrincipalOrgPaths", to: ["o-1/a=b", "o-1/c"])
    let context = try Self.options(
      "--context", "aws:PrincipalOrgPaths=o-1/a=b", "--context", "aws:PrincipalOrgPaths=o-1/c"
    )
    .policyContext()
    #expect(context == expected)
    for text in ["aws:PrincipalOrgID", "aws:Nothing=1", "vpc-lattice-svcs:RequestMethod=GET"] {
      #expect(throws: Failure.self) { try Self.options("--context", text).policyContext() }
    }
  }

  @Test(
    "A service's variable has its name in upper case",
    arguments: [("reservation", "LATTICE_RESERVATION_URL"), ("a-b.c", "LATTICE_A_B_C_URL")])
  func variable(name: String, variable: String) {
    #expect(LocalStack.variable(of: name) == variable)
  }

  @Test(
    "A failure is printed for eval only if its output is for eval",
    arguments: [
      (["local", "--export"], true), (["local", "--export-keys", "--polcy", "x"], true), (["local"], false),
      (["local", "--export-keys", "--", "x"], false), (["sign", "--export"], false),
    ])
  func eval(arguments: [String], isForEval: Bool) {
    #expect(LocalCommand.isForEval(["sigv4-cli"] + arguments) == isForEval)
  }

  @Test(
    "A value is one word of a shell", arguments: [("a", "'a'"), ("a'b", "'a'\\''b'"), ("'\u{301}", "''\\''\u{301}'")])
  func quoted(text: String, word: String) {
    #expect(Array(CurlText.quoted(text).utf8) == Array(word.utf8))
  }

  @Test("An upstream server may not be a service of the program")
  func ownUpstream() async throws {
    let refusing = try LocalOptions.parse(["--service", "a", "--upstream", "http://127.0.0.1:1"]).services()
    #expect(
      refusing[0].upstream?.isLocalService(onPorts: [1]) == true
        && refusing[0].upstream?.isLocalService(onPorts: [2]) == false)
    #expect(Upstream("http://localhost:1")?.isLocalService(onPorts: [1]) == true)
    #expect(Upstream("http://h:1")?.isLocalService(onPorts: [1]) == false)
  }

  @Test("A note says which policy allows nothing to the role that signs")
  func excludedRole() throws {
    func policy(_ principal: String) throws -> AuthPolicy {
      try AuthPolicy(
        json: #"{"Statement":{"Effect":"Allow","Principal":{"AWS":"\#(principal)"},"Action":"*","Resource":"*"}}"#)
    }
    let reader = ("rates", try policy("arn:aws:iam::123456789012:role/reader"))
    let user = ("parking", try policy("arn:aws:iam::123456789012:user/local-user"))
    let note = { (owner: String, role: String) in
      "Note: No statement that allows requests to \(owner) names arn:aws:iam::\(role). Set the role with --role."
    }
    let standard = try Self.options()
    let client = "123456789012:role/reservation-client"
    #expect(
      standard.notes(about: [reader, user], hasUser: false) == [note("rates", client), note("parking", client)])
    #expect(standard.notes(about: [reader, user], hasUser: true) == [note("rates", client)])
    #expect(standard.notes(about: [("a", .authenticatedOnly), ("b", .everybody)], hasUser: false).isEmpty)
    #expect(try Self.options("--role", "reader").notes(about: [reader], hasUser: false).isEmpty)
    let foreign = try Self.options("--role", "reader", "--account", "999999999999")
    #expect(foreign.notes(about: [reader], hasUser: false) == [note("rates", "999999999999:role/reader")])
  }

  @Test("A fault's name is checked before anything starts")
  func faults() throws {
    #expect(
      try Self.options("--fault", "sts:silent", "--fault", "service:503@2").faults().map(\.description) == [
        "sts:silent", "service:503@2",
      ])
    #expect(throws: Failure.self) { try Self.options("--fault", "sts:nothing").faults() }
  }
}
