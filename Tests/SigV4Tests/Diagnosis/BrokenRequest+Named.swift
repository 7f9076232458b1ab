import SigV4

extension BrokenRequest {
  /// Requests whose mistake the service names.
  static let named: [BrokenRequest] = [
    BrokenRequest(
      "Lattice without x-amz-content-sha256", .contentHashHeader,
      "Set it before signing, for VPC Lattice to UNSIGNED-PAYLOAD",
      #"""
      GET / HTTP/1.1
      Host: reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-date, Signature=fb25f7c60f0bf56f9ab2465b3226d06495fb8111f5a27b171406b0dc5d0592b7


      """#,
      #"""
      IncompleteSignatureException: Missing the 'x-amz-content-sha256' in canonical headers
      """#),
    BrokenRequest(
      "an empty token", .sessionToken, "was it empty?",
      #"""
      GET / HTTP/1.1
      Host: reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: UNSIGNED-PAYLOAD
      X-Amz-Security-Token: 
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=f17d3b5a4ad3c0a5be37ae14763ea5d8fa2464fa9c50473d849d1d846cb93804


      """#,
      #"""
      IncompleteSignatureException: 'x-amz-security-token' is named as a SignedHeader, but it does not exist in the HTTP request.
      """#),
    BrokenRequest(
      "no signature at Lattice", .notSigned, "The service saw no signature",
      #"""
      GET / HTTP/1.1
      Host: reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws


      """#,
      #"""
      AccessDeniedException: User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke on resource: arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123/ because no service-based policy allows the vpc-lattice-svcs:Invoke action
      """#),
    BrokenRequest(
      "a policy that refuses GET", .notAllowed, "The signature is right. An explicit deny in the service-based policy",
      #"""
      GET / HTTP/1.1
      Host: reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: UNSIGNED-PAYLOAD
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=15e143e58fe55cf8934d2e441fcda2889792e7e071e2e78c32fd96646797e746


      """#,
      #"""
      AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/web/i-0123 is not authorized to perform: vpc-lattice-svcs:Invoke on resource: arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123/ with an explicit deny in a service-based policy
      """#),
    BrokenRequest(
      "a slow clock", .clock, "7 minutes 3 seconds before the service",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=1599ef4e93d4ef65206675268fcb16341b0da66c84b7070191eafddf8440866a


      """#,
      #"""
      {"__type": "InvalidSignatureException", "message": "Signature expired: 20150830T123600Z is now earlier than 20150830T123803Z (20150830T124303Z - 5 min.)"}
      """#),
    BrokenRequest(
      "a fast clock", .clock, "2 hours 4 minutes after the service",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=1599ef4e93d4ef65206675268fcb16341b0da66c84b7070191eafddf8440866a


      """#,
      #"""
      {"__type": "InvalidSignatureException", "message": "Signature not yet current: 20150830T123600Z is still later than 20150830T103700Z (20150830T103200Z + 5 min.)"}
      """#),
    BrokenRequest(
      "a slow clock at S3", .clock, "20 minutes 0 seconds before",
      #"""
      GET / HTTP/1.1
      Host: bucket.s3.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=c03c1d5c7d89414d28b06308f639368df4b0a83de18bc34982af9f4b508746fe


      """#,
      #"""
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20150830T123600Z</RequestTime><ServerTime>2015-08-30T12:56:00Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds><RequestId>1</RequestId></Error>
      """#),
    BrokenRequest(
      "the wrong region for a global service", .region, "wrong region, us-west-1",
      #"""
      GET / HTTP/1.1
      Host: sts.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=0f41def49f59edf0724b624e26b9cdd1f491bf7d061a70de6aaacefb0d508891


      """#,
      #"""
      <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region, not 'us-west-1'. </Message></Error></ErrorResponse>
      """#),
    BrokenRequest(
      "the wrong region at S3", .region, "Sign for eu-west-1",
      #"""
      GET / HTTP/1.1
      Host: bucket.s3.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=a37dd5a0f01c6a26067de3404da05dbb1119001336be7aa8e67dd183aac78a6a


      """#,
      #"""
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region><RequestId>1</RequestId></Error>
      """#),
    BrokenRequest(
      "the wrong service", .service, "Sign for execute-api",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/es/aws4_request, SignedHeaders=host;x-amz-date, Signature=6c91e7b4d2f9f223283915e600557c1986b3c1b2807ab6974fc19599e57bd34e


      """#,
      #"""
      {"message": "Credential should be scoped to correct service: 'execute-api'. "}
      """#),
    BrokenRequest(
      "a token of another key", .sessionToken, "the session token belongs to another key",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Amz-Security-Token: FwoGZXIvYXdzEXAMPLE
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=6e55091662160a7582430ad9669b0e94ae55a48d204e5e8ff3c56ec515cf8e48


      """#,
      #"""
      {"__type": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}
      """#),
    BrokenRequest(
      "an expired token", .sessionToken, "has expired",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Amz-Security-Token: FwoGZXIvYXdzEXAMPLE
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=6e55091662160a7582430ad9669b0e94ae55a48d204e5e8ff3c56ec515cf8e48


      """#,
      #"""
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><RequestId>1</RequestId></Error>
      """#),
  ]
}
