import SigV4

extension BrokenRequest {
  /// Requests whose mistake shows in the service's text, or in the host.
  static let shown: [BrokenRequest] = [
    BrokenRequest(
      "Host loses its port on the way to S3", .hostPort,
      "sent bucket.s3.us-west-2.amazonaws.com:443, seen bucket.s3.us-west-2.amazonaws.com",
      #"""
      GET /key HTTP/1.1
      Host: bucket.s3.us-west-2.amazonaws.com:443
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=900671f4cef624db7cf3da704acdce15a8c781c11172a9161aa5abea43acdecd


      """#,
      #"""
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256
      20150830T123600Z
      20150830/us-west-2/s3/aws4_request
      48f31f027a0c966dde88e48af2577406246deb0c2ec2e9571da9ade19dcfd01f</StringToSign><CanonicalRequest>GET
      /key

      host:bucket.s3.us-west-2.amazonaws.com
      x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      x-amz-date:20150830T123600Z

      host;x-amz-content-sha256;x-amz-date
      e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest><RequestId>1</RequestId></Error>
      """#),
    BrokenRequest(
      "a proxy sets its own Host", .host, "sent proxy.example, seen api.us-west-2.amazonaws.com",
      #"""
      GET / HTTP/1.1
      Host: proxy.example
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=7648ee5c25e46bd3ca6502aaf10c9604ddc2bd3b94d5ff2640f05ebdc819650f


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/\n\nhost:api.us-west-2.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-west-2/execute-api/aws4_request\n951cdbdd3e1acbe3b064ecd0a7eb4fee554e72d84bd542a92b1705dc374740d9'\n"}
      """#),
    BrokenRequest(
      "a proxy changes a signed header", .header, "changed the signed header accept-encoding",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Accept-Encoding: gzip
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=accept-encoding;host;x-amz-date, Signature=465cee64dcd20cfb72d3501b42b15da33f18046e8079045f779f4ae2cadc4736


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/\n\naccept-encoding:identity\nhost:api.us-west-2.amazonaws.com\nx-amz-date:20150830T123600Z\n\naccept-encoding;host;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-west-2/execute-api/aws4_request\n0610e57fc469f59f9e10b2ccdbcc342f2c4c4e0b2ce2d366e12f53fc0822f138'\n"}
      """#),
    BrokenRequest(
      "a proxy re-encodes the body", .payload, "The body that arrived",
      #"""
      POST / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=30003e88eaa2fbadfe4b35d6be5c6950f4145825ac0b11bf50634cfe175d886e

      {"a": 1}
      """#,
      #"""
      {"__type": "InvalidSignatureException", "message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nhost:api.us-west-2.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-west-2/execute-api/aws4_request\n4f23aed37ad8b1639007123a928bcfa03d7be4a7de075d2094123b790a22e993'\n"}
      """#),
    BrokenRequest(
      "a proxy adds a parameter", .query, "added, removed or encoded a parameter",
      #"""
      GET /?a=1 HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=84a9a32278fea4c8356056507fc29d1b0bb72f16268f062ef57fb727588f7c6f


      """#,
      #"""
      {"__type": "InvalidSignatureException", "message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/\na=1&utm=2\nhost:api.us-west-2.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-west-2/execute-api/aws4_request\n4db448a16e7c26c2f4a090848cb2eac8d4fa5f1fc80ca8dbad6b2193d00593b6'\n"}
      """#),
    BrokenRequest(
      "a proxy strips a prefix of the path", .path, "adds or removes a prefix",
      #"""
      GET /prod/orders HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=585bda67d605da287a0f5407e1b3d687116250b66c66dbf3e2abef8f233bdaf5


      """#,
      #"""
      InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

      The Canonical String for this request should have been
      'GET
      /orders

      host:api.us-west-2.amazonaws.com
      x-amz-date:20150830T123600Z

      host;x-amz-date
      e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

      The String-to-Sign should have been
      'AWS4-HMAC-SHA256
      20150830T123600Z
      20150830/us-west-2/execute-api/aws4_request
      24a3dee9be1e63d617d35b71e14db563fff759d845b1a39f39fabc911de60599'

      """#),
    BrokenRequest(
      "a proxy changes the token", .header, "changed the signed header x-amz-security-token",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Amz-Security-Token: TOKENTHATMUSTNOTSHOW
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=ee9776629b7be41e940ab36df6a19dc3e5ea8cd2753ef24268eb5ea444fb9d66


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/\n\nhost:api.us-west-2.amazonaws.com\nx-amz-date:20150830T123600Z\nx-amz-security-token:TOKENTHATMUSTNOTSHOW2\n\nhost;x-amz-date;x-amz-security-token\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-west-2/execute-api/aws4_request\n2469b88055211f375abaed0058b49b28dec8cc961d059c71166059dbc12bf74e'\n"}
      """#),
    BrokenRequest(
      "another secret, and the service shows its text", .secret, "The service computes the same canonical request",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=aafe30f9f3a6f79e7309a416ccf1b1ac55b419e0cc2b9a3251dce3cf93788ac8


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/\n\nhost:api.us-west-2.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-west-2/execute-api/aws4_request\nee82240bd57c5eaf85a989e343c772ebb32d98c2dacf2de9eb4de8c0aa9d7b93'\n"}
      """#),
    BrokenRequest(
      "a host in another region than the scope, and no word of it", .region, "the host is in us-west-2",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=ea7b9e0daaf3b2d3ae53e44917c565c72038602c51a8e5b8183b40cdbf0020dd


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
  ]
}
