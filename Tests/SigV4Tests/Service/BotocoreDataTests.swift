import Foundation
import Testing

@testable import SigV4

/// The library's services and partitions against botocore's data, as `TestVectors/aws` has it.
struct BotocoreDataTests {
  struct Service: Decodable, CustomTestStringConvertible {
    let name: String
    let rules: String
    let sessionToken: String?
    var testDescription: String { name }
  }

  struct Region: Decodable, CustomTestStringConvertible {
    let region: String
    let partition: String
    let domain: String
    let dualStackDomain: String
    let sts: String
    let signingRegion: String
    var testDescription: String { region }
  }

  private static func rows<Row: Decodable>(_ name: String) throws -> [Row] {
    let url = VectorFiles.packageRoot.appending(path: "TestVectors/aws/\(name).jsonl")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  @Test func `every signing name has the rules of its service models`() throws {
    let rows: [Service] = try Self.rows("services")
    #expect(rows.count > 300)
    for row in rows {
      let isS3 = row.rules == "s3"
      // The collections of aoss, which have no service model, require the header; its own API ignores it.
      let expected = SigningService(
        customRulesFor: row.name, payload: isS3 ? .unsignedWhenPresigned : .signed,
        contentHashHeader: isS3 ? .sentUnlessPresigned : row.name == "aoss" ? .sent : .omitted,
        pathEncoding: isS3 ? .once : .twice, pathNormalization: isS3 ? .preserved : .normalized,
        sessionToken: row.sessionToken == nil ? .signed : .signedAsS3Session)
      #expect(SigningService(row.name) == expected, "\(row.name)")
    }
  }

  @Test(arguments: try rows("partitions") as [Region])
  func `every region is in its partition, and its hosts in that partition's domains`(row: Region) throws {
    let partition = Partition.of(region: row.region)
    #expect(partition.name == row.partition)
    #expect(partition.domain == row.domain)
    #expect(partition.dualStackDomain == row.dualStackDomain)
    #expect(try SecurityTokenEndpoint.url(region: row.region) == row.sts)
    #expect(SecurityTokenEndpoint.signingRegion(row.region) == row.signingRegion)
    guard !row.region.hasSuffix("-global") else { return }
    #expect(AWSHost("a-1.b.vpc-lattice-svcs.\(row.region).on.\(row.dualStackDomain)").region == row.region)
    for host in [
      "sqs.\(row.region).\(row.domain)", "sqs.\(row.region).api.\(row.dualStackDomain)",
      "x.lambda-url.\(row.region).on.\(row.dualStackDomain)",
    ] {
      #expect(AWSHost(host).region == row.region, "\(host)")
    }
    let token = try AuthenticationToken.eks(
      cluster: "c", region: row.region,
      with: Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "s"))
    let base64 = String(token.dropFirst("k8s-aws-v1.".count)).replacing("-", with: "+").replacing("_", with: "/")
    let padded = base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)
    let url = String(decoding: try #require(Data(base64Encoded: padded)), as: UTF8.self)
    #expect(url.hasPrefix(row.sts + "/?"))
  }

  @Test func `an unknown region is in the standard partition`() throws {
    #expect(try SecurityTokenEndpoint.url(region: "xx-nowhere-1") == "https://sts.xx-nowhere-1.amazonaws.com")
  }
}
