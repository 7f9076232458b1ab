import Foundation
import Testing

@testable import SigV4

struct SecretRunsTests {
  private static let secret = Planted.secret

  private func told(_ words: [String], _ request: TransportRequest, _ others: [String?] = []) -> String {
    words.told(without: SecretRuns(request, and: others))
  }

  @Test func `an answer's words are quoted without the secrets of the request`() {
    let request = TransportRequest(
      url: "http://127.0.0.1/v2/credentials/\(Planted.token)?id=\(Planted.secret)",
      headers: [HeaderField("Accept", "application/json"), HeaderField("Authorization", Planted.token)])
    let words = ["AccessDenied", "credentials of application/json: \(Planted.token) or \(Planted.secret)!"]
    #expect(
      told(words, request) == #": "AccessDenied", "credentials of application/json: <redacted> or <redacted>!""#)
    #expect(told([""], request) == "")
  }

  @Test func `only the signature itself of an AWS signature is secret`() throws {
    var signed = SignableRequest(method: "POST", target: "/", headers: [HeaderField("Host", "h")])
    let signer = Signer(service: SigningService("sts"), region: "us-west-2")
    let signature = try signer.sign(&signed, payload: .empty, with: Planted.credentials).signature
    let request = TransportRequest(method: "POST", url: "http://h/", headers: signed.headers)
    let words = ["ASIAEXAMPLE sent AWS4-HMAC-SHA256 Signature=\(signature) and \(Planted.token)"]
    #expect(told(words, request) == #": "ASIAEXAMPLE sent AWS4-HMAC-SHA256 Signature=<redacted> and <redacted>""#)
  }

  @Test(arguments: [("abcd", "no <redacted>, <redacted>"), ("abc", "no abc, abc")])
  func `a short secret is found as a whole`(secret: String, shown: String) {
    #expect(told(["no \(secret), \(secret)"], TransportRequest(url: "http://h/"), [secret]) == ": \"\(shown)\"")
    let marked = told(["no \(secret)\u{301}"], TransportRequest(url: "http://h/"), [secret])
    #expect(marked.utf8.elementsEqual(": \"\(shown.prefix { $0 != "," })\u{301}\"".utf8))
  }

  @Test func `a run of a secret has eight characters, not seven`() {
    let request = TransportRequest(url: "http://h/")
    #expect(told([String("0123456789ABCDEF".prefix(7))], request, ["0123456789abcdef"]) == #": "0123456""#)
    #expect(told([String("0123456789ABCDEF".suffix(8))], request, ["0123456789abcdef"]) == #": "<redacted>""#)
  }

  @Test(arguments: ["p/ss+w/d", "p%2Fss%2Bw%2Fd", "p\\/ss+w\\/d", "702f73732b772f64", "cC9zcyt3L2Q="])
  func `a secret of eight characters is found in each form`(form: String) {
    let shown = told(["it is \(form)"], TransportRequest(url: "http://h/"), ["p/ss+w/d"])
    #expect(shown.hasPrefix(#": "it is <redacted>"#), "\(shown)")
  }

  @Test func `text that looks like an unknown key is removed too`() throws {
    let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    let json =
      #"{"Code":"Failed","Message":"role MyStack-InstanceRole-1ABCDEFGHIJKL of 0123456789abcdef0123456789abcdef gave \#(key)2."}"#
    let document = try CredentialsDocument(Array(json.utf8), from: "It")
    let reason = document.reason(without: SecretRuns(TransportRequest(url: "http://h/")))
    #expect(
      reason
        == #": "Failed", "role MyStack-InstanceRole-1ABCDEFGHIJKL of 0123456789abcdef0123456789abcdef gave <redacted>.""#
    )
  }

  @Test(arguments: [
    "wJalrXUtnFEMI_K7MDENG-bPxRfiCYEXAMPLEKEY", "-_wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE",
    "wJ-alrXU_tnFEMI-K7MDENG-bPxRfiCY2EXAMPLE",
    "wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCY", #"wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYEXAMPLEKEY"#,
    "IQoJb3JpZ2luX2VjEJ-vLWVhc3QtMSJHMEUCIQ_D==",
  ])
  func `text that looks like a key in the other alphabet of base64 is removed whole`(key: String) throws {
    let json = #"{"Code":"Failed","Message":"gave \#(key), or ab."}"#
    let document = try CredentialsDocument(Array(json.utf8), from: "It")
    #expect(
      document.reason(without: SecretRuns(TransportRequest(url: "http://h/")))
        == #": "Failed", "gave <redacted>, or ab.""#)
  }
}
