import SigV4
import Testing

@Suite struct SignatureTrickTests {
  private static let presigned = SignedSample(placement: .query)

  /// `host;host100;host101;…`, sorted.
  private static let longList = (["host"] + (100...999).map { "host\($0)" }).joined(separator: ";") + ";"

  static let signatures: [Trick] = [
    Trick("no signature", .missingSignature) { $0.remove("Authorization") },
    Trick("a scheme of AWS without a signature", .malformedSignature) { try $0.change("Authorization") { _ in "AWS" } },
    Trick("another scheme", .missingSignature) { try $0.change("Authorization") { _ in "Basic dXNlcjpwYXNz" } },
    Trick("an unknown algorithm", .unsupportedAlgorithm) { try $0.replaceInAuthorization("SHA256", "SHA512") },
    Trick("the algorithm in lower case", .unsupportedAlgorithm) {
      try $0.replaceInAuthorization("AWS4-HMAC", "aws4-hmac")
    },
    Trick("a part that is absent", .malformedSignature) { try $0.replaceInAuthorization("SignedHeaders=", "Signed=") },
    Trick("the name of a part in lower case", .malformedSignature) {
      try $0.replaceInAuthorization("Credential", "credential")
    },
    Trick("a part twice", .ambiguousSignature) { try $0.change("Authorization") { $0 + ", Signature=00" } },
    Trick("a part twice, of which one is empty", .malformedSignature) {
      try $0.replaceInAuthorization("Credential=", "Credential=, Credential=")
    },
    Trick("a part twice, of which the other is empty", .ambiguousSignature) {
      try $0.change("Authorization") { $0 + ", Signature=" }
    },
    Trick("parts in another order, without spaces", nil) {
      try $0.change("Authorization") { value in
        let (scheme, parts) = (value.prefix { $0 != " " }, value.drop { $0 != " " })
        return scheme + " "
          + parts.split(separator: ",").reversed().map { $0.drop { $0 == " " } }.joined(separator: ",")
      }
    },
    Trick("Authorization twice", .ambiguousSignature) { request in
      request.headers += request.headers.filter { $0.isNamed("authorization") }
    },
    Trick("a second Authorization of another scheme", .ambiguousSignature) { $0.add("authorization", "Bearer x") },
    Trick("a signature in upper case", .malformedSignature) {
      try $0.change("Authorization") { String($0.dropLast(64)) + $0.suffix(64).uppercased() }
    },
    Trick("a signature cut short", .malformedSignature) { try $0.change("Authorization") { String($0.dropLast()) } },
    Trick("signed headers in upper case", .malformedSignature) { try $0.replaceInAuthorization("host;", "Host;") },
    Trick("signed headers in another order", .malformedSignature) {
      try $0.replaceInAuthorization("host;x-amz-date", "x-amz-date;host")
    },
    Trick("a signed header listed twice", .malformedSignature) { try $0.replaceInAuthorization("host;", "host;host;") },
    Trick("an empty name among the signed headers", .malformedSignature) {
      try $0.replaceInAuthorization("host;", "host;;")
    },
    Trick("a semicolon after the signed headers", .malformedSignature) {
      try $0.replaceInAuthorization(", Signature", ";, Signature")
    },
    Trick("a semicolon after the signed headers in the query", .malformedSignature, presigned) {
      try $0.replaceInTarget("SignedHeaders=host%3Bx-color", "SignedHeaders=host%3Bx-color%3B")
    },
    Trick("no signed headers in the query", .malformedSignature, presigned) {
      try $0.replaceInTarget("SignedHeaders=host%3Bx-color", "SignedHeaders=")
    },
    Trick("signed headers in another order, and the scope of another day", .malformedSignature) {
      try $0.replaceInAuthorization("host;x-amz-date", "x-amz-date;host")
      try $0.replaceInAuthorization("20150830", "20150831")
    },
    Trick("a malformed header, and the scope of another region", .invalidRequest) {
      try $0.replaceInAuthorization("us-west-2", "us-east-1")
      $0.add("a:b", "c")
    },
    Trick("a malformed header, and a missing one", .invalidRequest) {
      try $0.replaceInAuthorization("host;", "host;i;")
      $0.add("a:b", "c")
    },
    Trick("signed headers in another order, and the scope of another service", .malformedSignature) {
      try $0.replaceInAuthorization("host;x-amz-date", "x-amz-date;host")
      try $0.replaceInAuthorization("/service/", "/s3/")
    },
    Trick("a header listed that isn't there", .missingHeader) { try $0.replaceInAuthorization("host;", "host;i;") },
    Trick("far more headers listed than there are", .missingHeader) {
      try $0.replaceInAuthorization("host;", longList)
    },
    Trick("far more headers listed than there are, in no order", .malformedSignature) {
      try $0.replaceInAuthorization("host;", longList + "a;")
    },
    Trick("an access key id that is empty", .malformedSignature) { try $0.replaceInAuthorization("AKIDEXAMPLE", "") },
    Trick("an access key id of 129 characters", .malformedSignature) {
      try $0.replaceInAuthorization("AKIDEXAMPLE", String(repeating: "A", count: 129))
    },
    Trick("an unknown access key ID of 128 characters", .wrongSignature) {
      try $0.replaceInAuthorization("AKIDEXAMPLE", String(repeating: "A", count: 128))
    },
    Trick("a scope with a part too many", .malformedSignature) {
      try $0.replaceInAuthorization("/service/", "/a/service/")
    },
    Trick("the scope of another service", .wrongScope) { try $0.replaceInAuthorization("/service/", "/s3/") },
    Trick("the scope of another region", .wrongScope) { try $0.replaceInAuthorization("us-west-2", "us-east-1") },
    Trick("the scope of another day", .wrongScope) { try $0.replaceInAuthorization("20150830", "20150831") },
    Trick("another end of the scope", .wrongScope) { try $0.replaceInAuthorization("aws4_request", "aws5_request") },
    Trick("a space within the end of the scope", .wrongScope) {
      try $0.replaceInAuthorization("aws4_request", "aws4 request")
    },
    Trick("a space after the day of the scope", .wrongScope) { try $0.replaceInAuthorization("20150830", "20150830 ") },
    Trick("a space in the region", .malformedSignature) { try $0.replaceInAuthorization("us-west-2", "us west-2") },
    Trick("a tab in the service", .malformedSignature) { try $0.replaceInAuthorization("/service/", "/ser\tvice/") },
    Trick("a space in the access key id", .malformedSignature) {
      try $0.replaceInAuthorization("AKIDEXAMPLE", "AKID EXAMPLE")
    },
    Trick("no date", .malformedSignature) { $0.remove("X-Amz-Date") },
    Trick("white space around the date", nil) { try $0.change("X-Amz-Date") { " \($0)\t " } },
    Trick("a folded line before the date", nil) { try $0.change("X-Amz-Date") { "\r\n \($0)" } },
    Trick("white space around Authorization", nil) { try $0.change("Authorization") { "\t\($0) " } },
    Trick("white space around the token", nil, SignedSample(token: "t")) {
      try $0.change("X-Amz-Security-Token") { " \($0)\t" }
    },
    Trick("white space around the payload hash", nil, SignedSample(service: .s3)) {
      try $0.change("x-amz-content-sha256") { "\t\($0) " }
    },
    Trick("white space around the region set", nil, SignedSample(algorithm: .sigV4a)) {
      try $0.change("X-Amz-Region-Set") { "\t\($0) " }
    },
    Trick("a date that isn't", .malformedSignature) { try $0.change("X-Amz-Date") { _ in "20150231T123600Z" } },
    Trick("a date in another form", .malformedSignature) {
      try $0.change("X-Amz-Date") { _ in "2015-08-30T12:36:00Z" }
    },
  ]

  static let queries: [Trick] = [
    Trick("both placements at once", .ambiguousSignature, presigned) {
      $0.add("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=00")
    },
    Trick("a signature in the query of a request that is signed in its header", .ambiguousSignature) {
      try $0.replaceInTarget("?", "?X-Amz-Signature=00&")
    },
    Trick("X-Amz-Signature twice", .ambiguousSignature, presigned) { $0.target += "&X-Amz-Signature=00" },
    Trick("X-Amz-SignedHeaders twice", .ambiguousSignature, presigned) { $0.target += "&X-Amz-SignedHeaders=host" },
    Trick("X-Amz-Algorithm twice", .ambiguousSignature, presigned) { $0.target += "&X-Amz-Algorithm=AWS4-HMAC-SHA256" },
    Trick("X-Amz-Security-Token twice", .ambiguousSignature, SignedSample(placement: .query, token: "t")) {
      $0.target += "&X-Amz-Security-Token=t"
    },
    Trick("a token in the query and in a header", .ambiguousSignature, SignedSample(placement: .query, token: "t")) {
      $0.add("X-Amz-Security-Token", "t")
    },
    Trick("tokens of both kinds in the query", .ambiguousSignature, SignedSample(placement: .query, token: "t")) {
      $0.target += "&X-Amz-S3session-Token=t"
    },
    Trick(
      "a payload hash in the query and in a header", .ambiguousSignature, SignedSample(service: .s3, placement: .query)
    ) {
      $0.target += "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"
      $0.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    },
    Trick(
      "a region set in the query and in a header", .ambiguousSignature,
      SignedSample(algorithm: .sigV4a, placement: .query)
    ) { $0.add("X-Amz-Region-Set", "*") },
    Trick("no X-Amz-Expires", .wrongSignature, presigned) { try $0.replaceInTarget("&X-Amz-Expires=900", "") },
    Trick(
      "no X-Amz-Expires in S3, which requires it", .malformedSignature, SignedSample(service: .s3, placement: .query)
    ) {
      try $0.replaceInTarget("&X-Amz-Expires=900", "")
    },
    Trick("two faults, of which the scope comes first", .wrongScope) {
      try $0.replaceInAuthorization("us-west-2", "us-east-1")
      $0.add("x-amz-meta-color", "red")
    },
    Trick("two faults, of which the form comes first", .malformedSignature) {
      try $0.replaceInAuthorization("us-west-2", "us-east-1")
      try $0.replaceInAuthorization("Signature=", "Signature=A")
    },
    Trick("X-Amz-Date twice", .ambiguousSignature, presigned) { $0.target += "&X-Amz-Date=20150830T123600Z" },
    Trick("X-Amz-Credential twice", .ambiguousSignature, presigned) { $0.target += "&X-Amz-Credential=a" },
    Trick("X-Amz-Expires twice", .ambiguousSignature, presigned) { $0.target += "&X-Amz-Expires=604800" },
    Trick("a longer lifetime", .wrongSignature, presigned) { try $0.replaceInTarget("Expires=900", "Expires=901") },
    Trick("no lifetime at all", .malformedSignature, presigned) { try $0.replaceInTarget("Expires=900", "Expires=0") },
    Trick("a lifetime of more than a week", .malformedSignature, presigned) {
      try $0.replaceInTarget("Expires=900", "Expires=604801")
    },
    Trick("a lifetime with a sign", .malformedSignature, presigned) {
      try $0.replaceInTarget("Expires=900", "Expires=%2B900")
    },
    Trick("a parameter that is absent", .malformedSignature, presigned) {
      try $0.replaceInTarget("X-Amz-Credential=", "X-Amz-Creds=")
    },
    Trick("a parameter more", .wrongSignature, presigned) { $0.target += "&a=1" },
    Trick("the parameters in another order", nil, presigned) { request in
      let mark = try #require(request.target.firstIndex(of: "?"))
      let query = request.target[request.target.index(after: mark)...].split(separator: "&")
      request.target = request.target[...mark] + query.reversed().joined(separator: "&")
    },
    Trick("a value unescaped", nil) { try $0.replaceInTarget("a%2Fb", "a/b") },
    Trick("an ampersand unescaped", .wrongSignature, SignedSample(target: "/?a=1%262")) {
      try $0.replaceInTarget("%26", "&")
    },
  ]

  static let headers: [Trick] = [
    Trick("an X-Amz header that isn't signed", .unsignedHeader) { $0.add("x-amz-meta-color", "red") },
    Trick("the same in other letters", .unsignedHeader) { $0.add("X-AMZ-Meta-Color", "red") },
    Trick("the same in a presigned request", .unsignedHeader, presigned) { $0.add("x-amz-acl", "public-read") },
    Trick("a token that isn't signed", .unsignedHeader) { $0.add("X-Amz-Security-Token", "t") },
    Trick("AWS IoT's token, which isn't signed", nil, SignedSample(service: .iotDeviceGateway, token: "t")) {
      #expect($0.headers.contains { $0.isNamed("x-amz-security-token") })
      try $0.change("Authorization") { value in
        #expect(!value.contains("x-amz-security-token"))
        return value
      }
    },
    Trick("another token for AWS IoT", .wrongSessionToken, SignedSample(service: .iotDeviceGateway, token: "t")) {
      try $0.change("X-Amz-Security-Token") { $0 + "t" }
    },
    Trick("another header that isn't signed", nil) { $0.add("X-Forwarded-For", "192.0.2.1") },
    Trick("Host unsigned", .unsignedHeader) { try $0.replaceInAuthorization("host;", "") },
    Trick("a signed header that is gone", .missingHeader) { $0.remove("X-Color") },
    Trick("a signed header that was changed", .wrongSignature) { try $0.change("X-Color") { _ in "red" } },
    Trick("a signed header once more", .wrongSignature) { $0.add("x-color", "red") },
    Trick("a signed header taken off the list", .wrongSignature) { try $0.replaceInAuthorization(";x-color", "") },
    Trick("a second X-Amz-Date", .ambiguousSignature) { $0.add("x-amz-date", "20150830T123600Z") },
    Trick("a second token", .ambiguousSignature, SignedSample(token: "t")) { $0.add("x-amz-security-token", "t") },
    Trick("a second payload hash", .ambiguousSignature, SignedSample(service: .s3)) {
      $0.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    },
    Trick("a second Host", .invalidRequest) { $0.add("host", "evil.example") },
    Trick("names in other letters", nil) { request in
      for index in request.headers.indices { request.headers[index].name = request.headers[index].name.uppercased() }
    },
    Trick("headers in another order", nil) { $0.headers.reverse() },
    Trick("more white space around a value", nil) { try $0.change("X-Color") { "\t \($0)  " } },
    Trick(
      "two values in another order", .wrongSignature,
      SignedSample(headers: [HeaderField("Host", "h"), HeaderField("a", "1"), HeaderField("a", "2")])
    ) { $0.headers.swapAt(1, 2) },
    Trick(
      "two values joined", nil,
      SignedSample(headers: [HeaderField("Host", "h"), HeaderField("a", "1"), HeaderField("a", "2")])
    ) { $0.headers[1...2] = [HeaderField("a", "1,2")] },
    Trick("a line break in a value", .invalidRequest) { try $0.change("X-Color") { $0 + "\r\nx: y" } },
    Trick("a line break in the value of a header that isn't signed", .invalidRequest) {
      $0.add("User-Agent", "a\r\nx: y")
    },
    Trick("no payload hash for Lattice", .unsignedHeader, SignedSample(service: .vpcLattice)) { request in
      request.remove("x-amz-content-sha256")
      try request.replaceInAuthorization(";x-amz-content-sha256", "")
    },
  ]

  static let paths: [Trick] = [
    Trick("the method in lower case", .wrongSignature) { $0.method = "get" },
    Trick("another method", .wrongSignature) { $0.method = "DELETE" },
    Trick("a slash escaped", .wrongSignature) { try $0.replaceInTarget("orders/", "orders%2F") },
    Trick("a plus for a space in the path", .wrongSignature) { try $0.replaceInTarget("a%20b", "a+b") },
    Trick("a percent sign escaped again", .wrongSignature) { try $0.replaceInTarget("%20", "%2520") },
    Trick("dot segments in S3, where they are part of a key", .wrongSignature, SignedSample(service: .s3)) {
      $0.target = "/x/../" + $0.target.dropFirst()
    },
    Trick("a slash twice in S3", .wrongSignature, SignedSample(service: .s3)) {
      try $0.replaceInTarget("/orders/", "//orders//")
    },
    Trick("a slash at the end", .wrongSignature) { try $0.replaceInTarget("?", "/?") },
    Trick("a target that isn't a path", .invalidRequest) { $0.target = "http://example.amazonaws.com" + $0.target },
    Trick("a NUL in the path", .invalidRequest) { try $0.replaceInTarget("/orders", "/orders\0") },
  ]

  @Test(arguments: signatures + queries + headers + paths)
  func `a trick is rejected, or accepted if it changes nothing`(trick: Trick) throws {
    #expect(try trick.outcome() == trick.code)
  }
}
