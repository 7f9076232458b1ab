import SigV4

extension BrokenRequest {
  /// Requests of which the service says nothing, so that the mistake must be searched.
  static let searched: [BrokenRequest] = [
    BrokenRequest(
      "the path encoded once", given: .credentials, .pathEncoding, "%20 becomes %2520",
      #"""
      GET /a%20b HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=90c4a3c3532da2a2cb8e98f87b2f1ce7e10943307d07c4a0abe960746f7c3893


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the path encoded twice for S3", given: .credentials, .pathEncoding, "S3 requires the form that is sent",
      #"""
      GET /a%20b HTTP/1.1
      Host: bucket.s3.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=5dfa304da1c52ce191ddb00d08f703e86a0bb0a578bfff3b8651e2d28ec05034


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the path not normalized", given: .credentials, .pathNormalization, "repeated slashes are removed",
      #"""
      GET //orders/./a HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=619f5f0f7a911e04ba2e439b94e4f6ce1dfe5df1882f362db81e0827a55401d3


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "Host signed with a port", given: .credentials, .hostPort, "signed as api.us-west-2.amazonaws.com:443",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=fc9bee2a99a821004870498dfb29b2ce0e45e98474c783ec7d500a7711fb9ffb


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "Host behind a proxy", given: .credentials, .host, "signed as orders.example",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Forwarded-Host: orders.example
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-forwarded-host, Signature=432e9223f2723c3b3d0a6a2a719e53574a558d59f69887731a19fdd893d495b0


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the payload hashed for Lattice, under the right header", given: .credentials, .payloadSigned,
      "requires UNSIGNED-PAYLOAD",
      #"""
      POST / HTTP/1.1
      Host: reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: UNSIGNED-PAYLOAD
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=80f9c3c8bf60cb207a7967f5f6eddd78173c8e04cc81b0952ff850a8dfb121ad

      body
      """#,
      #"""
      403 Forbidden
      """#),
    BrokenRequest(
      "the payload hash sent to Lattice", given: .credentials, .payloadSigned, "must be UNSIGNED-PAYLOAD",
      #"""
      POST / HTTP/1.1
      Host: reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: 230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=b9466f41304f57290ca497d9bf6f1626e2598c1b0135534c8ee7521f258bad9d

      body
      """#,
      #"""
      403 Forbidden
      """#),
    BrokenRequest(
      "UNSIGNED-PAYLOAD for a service that wants the hash", given: .credentials, .payloadUnsigned,
      "requires the hash of the payload",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=397bbd77ca67ea931e7936ba461e47f8235e388b7d00f99d06a03ad7b5662b16


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the hash of nothing for a body", given: .credentials, .payload, "Hash the body that is sent",
      #"""
      POST / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=f38a3f0a8f906986a1b35b5f39e95d2b58e4fb31edd73d429963c989d36b0398

      body
      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "a secret with a line break", given: .credentials, .secretWhiteSpace, "without its line break",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=2e152a271e4d6bc3d57d21038c03a2398bffcc6787314dc4135df7145a66df90


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "a key without AWS4", given: .credentials, .keyDerivation, "must be AWS4 followed by the secret",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=86d4285bdca0e4701634cd1866e616d334c8f375bf154e97b923e543c8323818


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "a key of another region", given: .credentials, .region, "derived for the region eu-west-1",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=25f45896cdbfff2892b69cff5c50c6ecbf45c4d11222ec9f4cee13572e17f085


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "a key of another service", given: .credentials, .service, "derived for the service lambda",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=e853c44377da148153ed0ab6e1a83cc3f37ad804c9831eab012721bdb5e89c03


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
  ]
}
