import Foundation
import SigV4
import Testing

/// Each form of signing, for each type of request: the sent request equals the signed parts.
@Suite struct RequestAdapterTests {
  private static let services = [SigningService.vpcLattice, .s3, .executeAPI]

  private let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "token")
  private let time = Date(timeIntervalSince1970: 1_440_938_160)
  private let parts = SignableRequest(
    method: "POST", target: "/a%20b?x=%2f",
    headers: [HeaderField("Host", "h.example:8443"), HeaderField("Content-Encoding", "gzip"), HeaderField("X-A", "1")])

  private var provider: StaticCredentialProvider { StaticCredentialProvider(credentials) }

  private func signer(_ service: SigningService) -> Signer { Signer(service: service, region: "us-west-2") }

  /// Expects that `request` is sent as `expected`, ignoring the order and the letter case of the fields.
  private func expect(_ request: some TestedRequest, isSentAs expected: SignableRequest) throws {
    let sent = try request.sentParts
    let fields = { (headers: [HeaderField]) in
      headers.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
    }
    #expect(sent.method == expected.method)
    #expect(sent.target == expected.target)
    #expect(fields(sent.headers) == fields(expected.headers))
  }

  @Test(arguments: TestedType.all, services)
  func `a request is signed as its parts`(tested: TestedType, service: SigningService) async throws {
    func test<Request: TestedRequest>(_ type: Request.Type) async throws {
      let signer = signer(service)
      let payload = Payload.bytes([0x78])
      var expected = parts
      let signature = try signer.sign(&expected, payload: payload, with: credentials, at: time).signature
      let unsigned = try type.init(tested: parts)
      var (first, second) = (unsigned, unsigned)
      #expect(try signer.sign(&first, payload: payload, with: credentials, at: time).signature == signature)
      try await signer.sign(&second, payload: payload, with: provider, at: time)
      let third = try signer.signed(unsigned, payload: payload, with: credentials, at: time)
      let fourth = try await signer.signed(unsigned, payload: payload, with: provider, at: time)
      for request in [first, second, third, fourth] { try expect(request, isSentAs: expected) }
    }
    try await test(tested.type)
  }

  @Test(arguments: TestedType.all, services)
  func `a request is presigned as its parts`(tested: TestedType, service: SigningService) async throws {
    func test<Request: TestedRequest>(_ type: Request.Type) async throws {
      let signer = signer(service)
      var expected = parts
      let signature = try signer.presign(&expected, validFor: .seconds(9), payload: .empty, with: credentials, at: time)
        .signature
      let unsigned = try type.init(tested: parts)
      var (first, second) = (unsigned, unsigned)
      #expect(
        try signer.presign(&first, validFor: .seconds(9), payload: .empty, with: credentials, at: time).signature
          == signature)
      try await signer.presign(&second, validFor: .seconds(9), payload: .empty, with: provider, at: time)
      let third = try signer.presigned(unsigned, validFor: .seconds(9), payload: .empty, with: credentials, at: time)
      let fourth = try await signer.presigned(
        unsigned, validFor: .seconds(9), payload: .empty, with: provider, at: time)
      for request in [first, second, third, fourth] { try expect(request, isSentAs: expected) }
    }
    try await test(tested.type)
  }

  @Test(arguments: TestedType.all)
  func `a request is signed in chunks as its parts`(tested: TestedType) async throws {
    func test<Request: TestedRequest>(_ type: Request.Type) async throws {
      let signer = signer(.s3)
      let payload = ChunkedPayload(length: 70_000, trailers: [.crc32])
      var expected = parts
      let upload = try signer.sign(&expected, chunked: payload, with: credentials, at: time)
      let unsigned = try type.init(tested: parts)
      var (first, second) = (unsigned, unsigned)
      let uploads = [
        try signer.sign(&first, chunked: payload, with: credentials, at: time),
        try await signer.sign(&second, chunked: payload, with: provider, at: time),
        try signer.signed(unsigned, chunked: payload, with: credentials, at: time).upload,
        try await signer.signed(unsigned, chunked: payload, with: provider, at: time).upload,
      ]
      #expect(uploads.allSatisfy { $0.signedRequest.signature == upload.signedRequest.signature })
      #expect(uploads.allSatisfy { $0.contentLength == upload.contentLength })
      let third = try signer.signed(unsigned, chunked: payload, with: credentials, at: time).request
      let fourth = try await signer.signed(unsigned, chunked: payload, with: provider, at: time).request
      for request in [first, second, third, fourth] { try expect(request, isSentAs: expected) }
    }
    try await test(tested.type)
  }

  @Test(arguments: TestedType.all)
  func `a request for events is signed as its parts`(tested: TestedType) async throws {
    func test<Request: TestedRequest>(_ type: Request.Type) async throws {
      let signer = signer(SigningService("transcribe"))
      var expected = parts
      let events = try signer.signEvents(of: &expected, with: credentials, at: time).events
      let unsigned = try type.init(tested: parts)
      var (first, second) = (unsigned, unsigned)
      let third = try signer.signingEvents(of: unsigned, with: credentials, at: time)
      let fourth = try await signer.signingEvents(of: unsigned, with: provider, at: time)
      let signers = [
        try signer.signEvents(of: &first, with: credentials, at: time).events,
        try await signer.signEvents(of: &second, with: provider, at: time).events, third.events, fourth.events,
      ]
      #expect(signers.allSatisfy { $0.previousSignature == events.previousSignature })
      for request in [first, second, third.request, fourth.request] { try expect(request, isSentAs: expected) }
    }
    try await test(tested.type)
  }

  @Test(arguments: TestedType.all, services)
  func `signing again, in either placement, removes the first signature`(
    tested: TestedType, service: SigningService
  ) throws {
    func test<Request: TestedRequest>(_ type: Request.Type) throws {
      let signer = signer(service)
      let longTerm = Credentials(accessKeyID: "OTHER", secretAccessKey: "other")
      var (inHeader, inQuery) = (parts, parts)
      try signer.sign(&inHeader, payload: .empty, with: longTerm, at: time)
      try signer.presign(&inQuery, validFor: .seconds(9), payload: .empty, with: longTerm, at: time)
      for signsFirst in [true, false] {
        var request = try type.init(tested: parts)
        if signsFirst {
          try signer.sign(&request, payload: .empty, with: credentials, at: time)
        } else {
          try signer.presign(&request, validFor: .seconds(60), payload: .empty, with: credentials, at: time)
        }
        try expect(signer.signed(request, payload: .empty, with: longTerm, at: time), isSentAs: inHeader)
        try expect(
          signer.presigned(request, validFor: .seconds(9), payload: .empty, with: longTerm, at: time), isSentAs: inQuery
        )
      }
    }
    try test(tested.type)
  }

  @Test(arguments: TestedType.all)
  func `signing again in chunks replaces the fields of the chunks, ignoring their letter case`(
    tested: TestedType
  ) throws {
    func test<Request: TestedRequest>(_ type: Request.Type) throws {
      var lowercase = parts
      for index in lowercase.headers.indices { lowercase.headers[index].name = parts.headers[index].name.lowercased() }
      var (expected, request) = (parts, try type.init(tested: lowercase))
      _ = try signer(.s3).sign(
        &request, chunked: ChunkedPayload(length: 1, trailers: [.crc32]), with: credentials, at: time)
      _ = try signer(.s3).sign(&request, chunked: ChunkedPayload(length: 2), with: credentials, at: time)
      _ = try signer(.s3).sign(&expected, chunked: ChunkedPayload(length: 2), with: credentials, at: time)
      try expect(request, isSentAs: expected)
    }
    try test(tested.type)
  }

  @Test(arguments: TestedType.all)
  func `a payload is required if neither the type nor the service determines it`(tested: TestedType) throws {
    func test<Request: TestedRequest>(_ type: Request.Type) throws {
      let unsigned = try type.init(tested: parts)
      for service in [SigningService.s3, .executeAPI] {
        if type.carriesBody {
          let signed = try signer(service).signed(unsigned, with: credentials, at: time)
          try expect(
            signed, isSentAs: signer(service).signed(parts, payload: .empty, with: credentials, at: time))
        } else {
          let error = #expect(throws: SigningError.self) {
            try signer(service).signed(unsigned, with: credentials, at: time)
          }
          #expect(error?.code == .missingPayload)
        }
      }
      try expect(
        signer(.vpcLattice).signed(unsigned, with: credentials, at: time),
        isSentAs: signer(.vpcLattice).signed(parts, payload: .bytes([1]), with: credentials, at: time))
    }
    try test(tested.type)
  }

  @Test(arguments: TestedType.all)
  func `a request that can't be signed is unchanged`(tested: TestedType) async throws {
    func test<Request: TestedRequest>(_ type: Request.Type) async throws {
      var request = try type.init(tested: parts)
      let signer = signer(SigningService("not valid"))
      #expect(throws: SigningError.self) { try signer.sign(&request, payload: .empty, with: credentials, at: time) }
      #expect(throws: SigningError.self) {
        try signer.presign(&request, validFor: .seconds(9), payload: .empty, with: credentials, at: time)
      }
      #expect(throws: SigningError.self) { try signer.signEvents(of: &request, with: credentials, at: time) }
      try expect(request, isSentAs: parts)
    }
    try await test(tested.type)
  }
}
