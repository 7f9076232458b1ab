import SigV4

extension BrokenRequest {
  /// More of them: dates, the form of the text, and whose key it is.
  static let searchedForm: [BrokenRequest] = [
    BrokenRequest(
      "the clock read twice", given: .credentials, .clock, "Read the clock once",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=9cdd417066762654660a870b50b2e57c171a14aa80a46428a58097c3bd6ae689


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "local time signed", given: .credentials, .clock, "in UTC",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=6a2ce10e865a220103f77d6503a8d4f13994ac514c8b51b6c0a64658bf51204d


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the query unsorted", given: .credentials, .queryEncoding, "Sort the parameters",
      #"""
      GET /?b=1&a=2 HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=14b31fe527843f4fd4d034bc210bd650bb197e5ceeee6c4e153912939c937ac4


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the query encoded twice", given: .credentials, .queryEncoding, "encoded twice",
      #"""
      GET /?q=a%2Fb HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=4082dbef3ef79b62e975f8905fd9f6e4d4f3e677edde015a679375fa4ab2cb4e


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "a plus read as a space", given: .credentials, .queryEncoding, "a plus sign as %2B",
      #"""
      GET /?q=a+b HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=7b88f6d2123788ba0ee2fc36545e8d3fe158061c7b7f4dc318304a5c1fef6b2f


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "a header's spaces kept", given: .credentials, .headerWhiteSpace, "replace each run inside with one space",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      X-Color: light  blue
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-color, Signature=9faaa202c93917c8bbbe609922b4187180230199a663300e628f03caf1b768da


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the empty line left out", given: .credentials, .canonicalForm, "without the empty line",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=a8c2e4a9a0c7423686f15be042f20d251bcdd0265634753fc6d8a22069201432


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "the method in lower case", given: .credentials, .method, "Letter case counts",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=095d104694da85d7986f49017d90f3acdb460bdfbdc979c9fbc64544f411b00f


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "no token with temporary credentials", given: .temporaryCredentials, .sessionToken, "send their session token",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=1599ef4e93d4ef65206675268fcb16341b0da66c84b7070191eafddf8440866a


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "another source of credentials", given: .credentials, .accessKeyID, "another source of credentials came first",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDOTHER/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=1599ef4e93d4ef65206675268fcb16341b0da66c84b7070191eafddf8440866a


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "another secret", given: .credentials, .unknown, "no known mistake",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=aafe30f9f3a6f79e7309a416ccf1b1ac55b419e0cc2b9a3251dce3cf93788ac8


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
    BrokenRequest(
      "nothing wrong with the signature", given: .credentials, .signatureIsRight, "knows another secret",
      #"""
      GET / HTTP/1.1
      Host: api.us-west-2.amazonaws.com
      X-Amz-Date: 20150830T123600Z
      Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=1599ef4e93d4ef65206675268fcb16341b0da66c84b7070191eafddf8440866a


      """#,
      #"""
      {"message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
      """#),
  ]
}
