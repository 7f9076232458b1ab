import Foundation
@testable import LocalAWS
import SigV4
import Testing

/// Secrets in a value of each public type, looked for in all that is printed, logged and dumped of it.
struct PlantedTypeTests {
  private static let time = Date(timeIntervalSince1970: 1_440_938_160)
  private static let credentials = Planted.credentials
  private static let s3 = Signer(service: .s3, region: "us-west-2")

  /// The header fields that usually contain a secret, and an unknown one.
  private static let secretHeaders = [
    "Cookie", "Proxy-Authorization", "X-Api-Key", "x-aws-ec2-metadata-token", "Referer", "X-Unknown",
    "x-amz-server-side-encryption-customer-key", "x-amz-copy-source-server-side-encryption-customer-key",
  ].map { HeaderField($0, Planted.secret) }

  private static let query =
    "apiKey=\(Planted.secret)&\(Planted.token)&\(Planted.base64)==&X-Amz-Signature=\(Planted.secret)"

  private static func request(target: String? = nil, _ headers: [HeaderField] = []) -> SignableRequest {
    SignableRequest(
      method: "PUT", target: target ?? "/key?\(query)",
      headers: [HeaderField("Host", "b.example.com")] + secretHeaders + headers)
  }

  private static func signed() throws -> SignedRequest {
    var request = request()
    return try s3.sign(&request, payload: .unsigned, with: credentials, at: time)
  }

  private static func presigned() throws -> SignedRequest {
    var request = request()
    return try s3.presign(&request, validFor: .seconds(60), with: credentials, at: time)
  }

  private static func upload() throws -> (ChunkedUpload, ChunkVerifier) {
    var request = request()
    let upload = try s3.sign(
      &request, chunked: ChunkedPayload(length: 65_536, trailers: [.crc32]), with: credentials, at: time)
    let verified = try Verifier(service: .s3, nonCanonicalTargets: .accepted).verify(
      request, payload: .hash(upload.signedRequest.payloadHash), with: credentials, at: time)
    var verifier = try ChunkVerifier(of: verified, with: credentials)
    _ = try verifier.verify(
      Array("10000;chunk-signature=\(String(repeating: "a", count: 64))\r\n\(Planted.secret)".utf8))
    return (upload, verifier)
  }

  private static func events() throws -> [Any] {
    let service = SigningService("transcribe")
    var request = SignableRequest(
      method: "POST", target: "/", headers: [HeaderField("Host", "transcribe.us-west-2.amazonaws.com")])
    var (signed, signer) = try Signer(service: service, region: "us-west-2").signEvents(
      of: &request, with: credentials, at: time)
    let event = try signer.sign(Array(Planted.secret.utf8).span, at: time)
    let verified = try Verifier(service: service).verify(
      request, payload: .hash(signed.payloadHash), with: credentials, at: time)
    return [signed, signer, event, try EventVerifier(of: verified, with: credentials)]
  }

  /// The providers, whose settings have secrets in them.
  private static func providers() -> [any CredentialProvider] {
    let environment = [
      "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": Planted.secret, "AWS_SESSION_TOKEN": Planted.token,
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/\(Planted.secret)",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN": Planted.token,
    ]
    let fixed = StaticCredentialProvider(credentials)
    let role = "arn:aws:iam::123456789012:role/reservations"
    return [
      fixed, CachedCredentialProvider(fixed), CredentialChain([fixed]),
      AssumeRoleCredentialProvider(roleARN: role, source: fixed, externalID: Planted.secret, environment: environment),
      WebIdentityCredentialProvider(tokenFile: "/token", roleARN: role, environment: environment),
      EnvironmentCredentialProvider(environment: environment), ContainerCredentialProvider(environment: environment),
      ProcessCredentialProvider(command: "program \(Planted.secret)", environment: environment),
      ProfileCredentialProvider(profile: "p", environment: environment),
      InstanceMetadataCredentialProvider(environment: environment),
    ]
  }

  private static func errors() throws -> [any Error] {
    var errors: [any Error] = []
    let attempt = { (body: () throws -> Void) in do { try body() } catch { errors.append(error) } }
    for bad in [
      Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Planted.secret + "\n"),
      Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Planted.secret, sessionToken: "\(Planted.token)\n"),
      Credentials(accessKeyID: "\(Planted.secret),", secretAccessKey: ""),
    ] {
      attempt { _ = try SigningKey(bad, scope: CredentialScope(date: time, region: "us-west-2", service: "s3")) }
    }
    for target in ["/\(Planted.secret)\n", "\(Planted.secret)", "*?\(Planted.secret)"] {
      var request = request(target: target)
      attempt { try s3.sign(&request, payload: .hash("\(Planted.secret)\n"), with: credentials, at: time) }
    }
    let name = HeaderField("Bad Name", Planted.secret)
    for header in [name, HeaderField("X-Unknown", "\(Planted.secret)\0")] {
      var request = request(target: nil, [header])
      attempt { try s3.sign(&request, payload: .unsigned, with: credentials, at: time) }
    }
    // What a server reads: a wrong secret, a wrong token, parts in the wrong place.
    let right = try signed().request
    let verifier = Verifier(service: .s3, nonCanonicalTargets: .accepted)
    let others = [
      Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Planted.token, sessionToken: Planted.token),
      Credentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Planted.secret, sessionToken: Planted.secret),
    ]
    for credentials in others {
      attempt { _ = try verifier.verify(right, payload: .unsigned, with: credentials, at: time) }
    }
    for authorization in [
      "AWS4-HMAC-SHA256 \(Planted.secret)",
      "AWS4-HMAC-SHA256 Credential=\(Planted.secret), SignedHeaders=a, Signature=b",
      "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=\(Planted.secret)", "Bearer \(Planted.secret)",
    ] {
      let request = SignableRequest(
        method: "GET", target: "/?X-Amz-Security-Token=\(Planted.token)",
        headers: [HeaderField("Host", "b"), HeaderField("Authorization", authorization)])
      attempt { _ = try SignatureClaim(request) }
    }
    return errors
  }

  /// One value or more of each type, by the type's name.
  private static func values() throws -> [(type: String, value: Any)] {
    let (upload, chunkVerifier) = try upload()
    let signed = [try signed(), try presigned()]
    let verified = try signed.map { signed in
      try Verifier(service: .s3, nonCanonicalTargets: .accepted).verify(
        signed.request, payload: .unsigned, with: credentials, at: time)
    }
    let scope = try CredentialScope(date: time, region: "us-west-2", service: "s3")
    let policy = PostPolicy(expiration: time, conditions: [.equals("bucket", "b")])
    let answer = ServiceErrorResponse(
      "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET\n/\n\nhost:b\nx-amz-security-token:"
        + "\(Planted.token)\n\nhost\n00</CanonicalRequest></Error>")
    // A difference shows words of a query without a value, which may name a subresource.
    var valued = request(target: "/key?apiKey=\(Planted.secret)&X-Amz-Security-Token=\(Planted.token)")
    try s3.sign(&valued, payload: .unsigned, with: credentials, at: time)
    let mismatch = SignatureDiagnosis(of: valued, answer: answer, credentials: credentials)
    let transport = TransportRequest(
      method: "POST", url: "http://user@h/\(Planted.secret)?\(Planted.token)", headers: secretHeaders,
      body: Array(Planted.secret.utf8))
    let bytes = Array(Planted.secret.utf8)
    var values: [Any] = [
      credentials, upload, upload.payload, chunkVerifier, scope, policy, policy.conditions[0], answer, mismatch,
      s3, Verifier(service: .s3, nonCanonicalTargets: .accepted), Canonicalizer(.s3),
      try SigningKey(credentials, scope: scope), transport,
      try SigningKey(credentials, scope: CredentialScope(date: time, region: nil, service: "s3")),
      TransportResponse(status: 200, headers: secretHeaders, body: bytes), Payload.bytes(bytes),
      SigningSession(service: "orders", credentials: StaticCredentialProvider(credentials)),
      RegionChain(environment: ["AWS_CONTAINER_AUTHORIZATION_TOKEN": Planted.token]),
      Payload.data(Data(bytes)), ChunkTrailer.crc32,
      RecordedRequest(request: signed[0].request, body: bytes, connection: 0),
      Instance(roleName: "r", credentials: credentials),
      SecurityTokenService.Role(
        arn: "arn:aws:iam::123456789012:role/r", webIdentityToken: Planted.token, caller: credentials,
        externalID: Planted.secret, credentials: credentials),
      ContainerCredentialsService.Container(
        credentials: credentials, authorization: Planted.token, target: "/\(Planted.secret)"),
    ]
    values += mismatch.differences
    values += try events()
    values += providers() as [Any]
    let errors = try errors()
    values += errors as [Any]
    for case let error as VerificationError in errors {
      for service in [SigningService.s3, .sts, .executeAPI, .vpcLattice] { values.append(error.response(for: service)) }
    }
    values += try s3.signForm(policy, with: credentials, at: time)
    if let signer = upload.chunkSigner { values.append(signer) }
    for signed in signed {
      values += [signed, signed.request, try signed.canonicalRequest, try signed.stringToSign]
      values += signed.request.headers
    }
    values += verified
    values += verified.map(\.claim)
    values += verified.map(\.target)
    values.append(try ScopedCredentials(credentials, for: scope))
    return values.map { (String(describing: Swift.type(of: $0)), $0) }
  }

  @Test func `no value of a public type shows a secret`() throws {
    let signatures = [try Self.signed().signature, try Self.presigned().signature]
    for (type, value) in try Self.values() {
      let texts = Planted.texts(value)
      let isTold = Planted.tells(texts)
      #expect(!isTold, "\(type)")
      // A signature allows its holder to send the request again; only code that reads it gets it.
      let hasSignature = signatures.contains { texts.contains($0) }
      #expect(!hasSignature, "\(type)")
    }
  }

  @Test func `every public type is looked at, or has nothing secret to show`() throws {
    let harmless: Set = [
      // Namespaces, protocols and transports.
      "AuthenticationToken", "UnsignedHeader", "URLSessionTransport", "AsyncHTTPClientTransport", "DefaultTransport",
      "SocketTransport", "LocalServer", "LatticeService", "InstanceMetadataService", "ContainerCredentialsService",
      "SecurityTokenService", "SignatureAuthentication", "LocalClock", "AuthPolicy", "AuthPolicyError", "Principal",
      "RefusingPort", "PolicyContext", "Evaluation", "StatementResult", "Callers", "Caller", "NamedFault", "Place",
      "Invalid",
      "Upstream", "Outcome", "Exchange",
      // Settings, codes and cases.
      "Code", "Cause", "Certainty", "Limits", "NonCanonicalTargets", "BodyCoverage", "FormBodies", "RequiredHeader",
      "SignaturePlacement", "Signatures",
      "SigningAlgorithm", "SigningRegion", "SigningService",
      "PayloadRule", "ContentHashHeader", "PathEncoding",
      "PathNormalization", "SessionTokenRule", "ElastiCacheKind",
      "ClockSkew", "Version", "EndpointMode", "Access", "TransportDeadlines", "Attempt", "LoopbackAddress", "Framing",
      "Ending", "Persistence", "Authentication", "HTTPTokens", "HTTPEndpoint", "ExtendedPaths", "Decision", "Failure",
      // An access key ID, a scope, a time and a number of bytes.
      "VerifiedForm",
      // Tests' own scripts of answers.
      "Delivery", "Response", "Request", "Fault", "FaultPlan", "Step",
      // What errors of the transports and providers are looked for by the other tests of planted secrets.
      "TransportError", "CredentialError",
      // Never shown: bytes in transit, and the caller's own source.
      "PayloadHasher", "ChunkedBody", "AsyncIterator",
      // Made by an asynchronous function: its own tests read its description.
      "VerifiedBody",
    ]
    let seen = Set(try Self.values().map(\.type))
    let missing = try PublicTypes.names().subtracting(seen).subtracting(harmless)
    #expect(
      missing == [], "Plant secrets in a value of each of these types, or list them as harmless, with the reason.")
  }
}

/// The public types that the sources declare.
private enum PublicTypes {
  static func names() throws -> Set<String> {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources")
    let declaration = /^\s*public (?:final )?(?:struct|enum|class|actor) (\w+)/.anchorsMatchLineEndings()
    var names: Set<String> = []
    for target in ["SigV4", "LocalAWS"] {
      let files = FileManager.default.enumerator(at: root.appending(path: target), includingPropertiesForKeys: nil)
      while let file = files?.nextObject() as? URL {
        guard file.pathExtension == "swift" else { continue }
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(of: declaration) { names.insert(String(match.1)) }
      }
    }
    return names
  }
}
