import Foundation
import SigV4
import Testing

struct SigningRegionTests {
  private let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

  private func sign(to host: String, _ signer: Signer) throws -> SignedRequest {
    var request = SignableRequest(method: "GET", target: "/", headers: [HeaderField("Host", host)])
    return try signer.sign(&request, payload: .empty, with: credentials)
  }

  @Test(arguments: [
    ("reservation-0123.7d67968.vpc-lattice-svcs.eu-central-1.on.aws", "eu-central-1"),
    ("A.B.VPC-LATTICE-SVCS.EU-CENTRAL-1.ON.AWS:8443", "eu-central-1"),
    ("a.b.vpc-lattice-svcs.xx-new-1.on.aws", "xx-new-1"),
    ("a.b.vpc-lattice-svcs.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1"),
    ("us-east-1.b.vpc-lattice-svcs.us-west-2.on.aws.", "us-west-2"),
    ("url-id.lambda-url.eu-west-1.on.aws", "eu-west-1"),
    ("abc123.execute-api.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
    ("bucket.s3.us-west-2.amazonaws.com", "us-west-2"),
    ("us-east-1.s3.dualstack.us-west-2.amazonaws.com", "us-west-2"),
    ("s3-us-west-2.amazonaws.com", "us-west-2"),
    ("my.us-east-1.s3-eu-west-1.amazonaws.com", "eu-west-1"),
    ("bucket.vpce-1a2b3c4d.s3.ap-south-1.vpce.amazonaws.com", "ap-south-1"),
    ("bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", "us-west-2"),
    ("search-x-0123.us-west-2.es.amazonaws.com", "us-west-2"),
    ("abc.us-west-2.aoss.amazonaws.com", "us-west-2"),
    ("sqs.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
    ("dynamodb.eu-west-1.api.aws", "eu-west-1"),
    ("dynamodb.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
  ])
  func `a host of AWS names its region`(host: String, region: String) throws {
    #expect(try sign(to: host, Signer(service: "service")).scope.region == region)
  }

  @Test(arguments: [
    "example.com", "localhost:8080", "on.aws", "us-west-2.example.com",
    "a.b.vpc-lattice-svcs.us-west-2.on.aws.example.com", "iam.amazonaws.com", "iam.global.api.aws",
    "bucket.s3.amazonaws.com", "my.us-west-2.s3.amazonaws.com", "logs.us-west-2.example.com.s3.amazonaws.com",
    "data.s3-us-west-2.archive.s3.amazonaws.com", "us-west-2.s3-accelerate.dualstack.amazonaws.com", "x.my-app.on.aws",
    "us-west-2.s3-accelerate.amazonaws.com",
    "x.mrap.accesspoint.s3-global.amazonaws.com",
  ])
  func `a host without a region is an error that names the remedies`(host: String) throws {
    let error = try #require(throws: SigningError.self) { try sign(to: host, Signer(service: "service")) }
    #expect(error.code == .missingRegion)
    for remedy in [#"region: "us-west-2""#, #"region: .set(["*"])"#, "vpc-lattice-svcs.us-west-2.on.aws"] {
      #expect(error.message.contains(remedy))
    }
  }

  @Test func `requests to several hosts in turn are signed for the region of each`() throws {
    let signer = Signer(service: "service")
    for region in ["eu-west-1", "us-west-2", "us-west-2", "eu-west-1"] {
      #expect(try sign(to: "dynamodb.\(region).amazonaws.com", signer).scope.region == region)
    }
    #expect(throws: SigningError.self) { try sign(to: "example.com", signer) }
    #expect(throws: SigningError.self) { try sign(to: "example.com", signer) }
  }

  @Test func `a request without Host is an error of the host`() throws {
    var request = SignableRequest(method: "GET", target: "/", headers: [])
    let error = #expect(throws: SigningError.self) {
      try Signer(service: "service").sign(&request, payload: .empty, with: credentials)
    }
    #expect(error?.code == .missingHost)
  }

  @Test func `a given region is used, even if the host names another`() throws {
    let host = "bucket.s3.us-west-2.amazonaws.com"
    #expect(try sign(to: host, Signer(service: "s3", region: "eu-west-1")).scope.region == "eu-west-1")
  }

  @Test func `a set of regions signs with SigV4a`() throws {
    let signer = Signer(service: "s3", region: .set(["us-east-1", "us-west-*"]))
    let signed = try sign(to: "bucket.s3.amazonaws.com", signer)
    #expect(signed.algorithm == .sigV4a)
    #expect(signed.scope.region == nil)
    #expect(signed.addedHeaders.contains(HeaderField("X-Amz-Region-Set", "us-east-1,us-west-*")))
  }

  @Test(arguments: [(SigningRegion.fromHost, "from the host"), ("us-west-2", "us-west-2"), (.set(["a", "b"]), "a,b")])
  func `a region's description is its name`(region: SigningRegion, description: String) {
    #expect("\(region)" == description)
  }
}
