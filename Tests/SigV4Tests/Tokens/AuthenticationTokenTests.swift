import Foundation
import SigV4
import Testing

/// The expected values were computed with botocore and awscrt.
@Suite struct AuthenticationTokenTests {
  private let credentials = Credentials(
    accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: "session/token+==")
  private let time = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z

  @Test func `an RDS token is a presigned URL without its scheme`() throws {
    let token = try AuthenticationToken.rds(
      host: "db.cluster-abc.us-west-2.rds.amazonaws.com", port: 5432, user: "jane doe", region: "us-west-2",
      with: credentials, at: time)
    let expected =
      "db.cluster-abc.us-west-2.rds.amazonaws.com:5432/?Action=connect&DBUser=jane%20doe&X-Amz-Algorithm=AW"
      + "S4-HMAC-SHA256&X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20260301%2Fus-west-2%2Frds-db%2Faws4_request&"
      + "X-Amz-Date=20260301T120000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=900&X-Amz-Security-Token=session%"
      + "2Ftoken%2B%3D%3D&X-Amz-Signature=a4efb498ffb5fced3d5a1d8d7a59ec657b97b84e7b2b6294c658219d800460dd"
    #expect(token == expected)
  }

  @Test(arguments: [
    (
      AuthenticationToken.ElastiCacheKind.nodes,
      "my-cache/?Action=connect&User=iam-user&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAIOSFODN"
        + "N7EXAMPLE%2F20260301%2Fus-west-2%2Felasticache%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Sign"
        + "edHeaders=host&X-Amz-Expires=900&X-Amz-Security-Token=session%2Ftoken%2B%3D%3D&X-Amz-Signature=01069"
        + "42d56a422f29b7b1cc56c3b0c88283b20399036a07a89e6d4ec310f3e13"
    ),
    (
      AuthenticationToken.ElastiCacheKind.serverless,
      "my-cache/?Action=connect&User=iam-user&ResourceType=ServerlessCache&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        + "&X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20260301%2Fus-west-2%2Felasticache%2Faws4_request&X-Amz-Dat"
        + "e=20260301T120000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=900&X-Amz-Security-Token=session%2Ftoken%2"
        + "B%3D%3D&X-Amz-Signature=3a5b439d7a9e640314ff0bde88a1ad629198fc56b5d440f566133fabac625371"
    ),
  ])
  func `an ElastiCache token names the cache, and its kind if serverless`(
    kind: AuthenticationToken.ElastiCacheKind, expected: String
  )
    throws
  {
    #expect(
      try AuthenticationToken.elastiCache(
        "My-Cache", kind, user: "iam-user", region: "us-west-2", with: credentials, at: time) == expected)
  }

  @Test func `a MemoryDB token names the cluster`() throws {
    let token = try AuthenticationToken.memoryDB(
      "my-cluster", user: "iam-user", region: "us-west-2", with: credentials, at: time)
    let expected =
      "my-cluster/?Action=connect&User=iam-user&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAIOSFO"
      + "DNN7EXAMPLE%2F20260301%2Fus-west-2%2Fmemorydb%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Signe"
      + "dHeaders=host&X-Amz-Expires=900&X-Amz-Security-Token=session%2Ftoken%2B%3D%3D&X-Amz-Signature=e7ebc4"
      + "b704a63a271aab0c4955675a0e03b39bf5224a78cc93bcdfdf3efad36e"
    #expect(token == expected)
  }

  @Test func `an EKS token is a presigned GetCallerIdentity for one cluster, in base64 without padding`() throws {
    let token = try AuthenticationToken.eks(
      cluster: "my-cluster", region: "us-west-2", with: credentials, at: time)
    let expected =
      "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtd2VzdC0yLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxsZXJJZGVudGl0eSZWZXJza"
      + "W9uPTIwMTEtMDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEyNTYmWC1BbXotQ3JlZGVudGlhbD1BU0lBSU9TRk9ET"
      + "k43RVhBTVBMRSUyRjIwMjYwMzAxJTJGdXMtd2VzdC0yJTJGc3RzJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjAzMDFUM"
      + "TIwMDAwWiZYLUFtei1TaWduZWRIZWFkZXJzPWhvc3QlM0J4LWs4cy1hd3MtaWQmWC1BbXotRXhwaXJlcz02MCZYLUFtei1TZWN1c"
      + "ml0eS1Ub2tlbj1zZXNzaW9uJTJGdG9rZW4lMkIlM0QlM0QmWC1BbXotU2lnbmF0dXJlPWQ1ODM5Mjc4MjhkOTdmMDA2M2NhNjkwY"
      + "jE3ZTliOWY5MDk0OTJlZWFlNWQyZmE2NTRiNzM3YjA0YzM0YzYwYWE"
    #expect(token == expected)
  }

  @Test func `the STS endpoint of an EKS token can be chosen, and is China's in China`() throws {
    let china = try AuthenticationToken.eks(cluster: "c", region: "cn-north-1", with: credentials, at: time)
    let chosen = try AuthenticationToken.eks(
      cluster: "c", region: "cn-north-1", endpoint: "sts.cn-north-1.amazonaws.com.cn", with: credentials, at: time)
    #expect(china == chosen)
  }

  @Test func `a cluster name that a header can't contain is rejected`() throws {
    let error = #expect(throws: SigningError.self) {
      try AuthenticationToken.eks(cluster: "a\nb", region: "us-west-2", with: credentials, at: time)
    }
    #expect(error?.code == .invalidHeader)
  }
}
