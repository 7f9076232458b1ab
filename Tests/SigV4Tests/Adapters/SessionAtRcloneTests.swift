#if URLSession
  import Foundation
  import Testing

  @testable import SigV4

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  /// A session that sends to an independent server; Tests/Checks/rclone-takes-our-signatures starts it.
  @Suite(
    .enabled("RCLONE_S3 is the URL of a bucket") { ProcessInfo.processInfo.environment["RCLONE_S3"] != nil },
    .timeLimit(.minutes(10)))
  struct SessionAtRcloneTests {
    private static let bucket = ProcessInfo.processInfo.environment["RCLONE_S3"] ?? ""

    /// S3 allows 15 minutes.
    @Test(arguments: [-1200, 0, 1200])
    func `a clock that is 20 minutes off is corrected once`(seconds: Double) async throws {
      let credentials = StaticCredentialProvider(Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret"))
      let session = SigningSession(
        signer: Signer(service: .s3, region: "us-east-1"), credentials: credentials.cached(), regions: RegionChain(),
        now: { Date() + seconds })
      let url = try #require(URL(string: "\(Self.bucket)/skewed\(seconds)"))
      var attempts: [Int] = []
      for body in ["one", "two"] {
        var request = URLRequest(url: url)
        request.httpMethod = "PUT"
        request.httpBody = Data(body.utf8)
        var count = 0
        let status = try await session.send(request) { signed in
          count += 1
          let (answer, response) = try await URLSession.shared.data(for: signed)
          let http = try #require(response as? HTTPURLResponse)
          let date = HeaderField("Date", http.value(forHTTPHeaderField: "Date") ?? "")
          let text = String(decoding: answer, as: UTF8.self)
          if http.statusCode != 200 { #expect(text.contains("difference between the request time and the")) }
          let rejection = ServiceErrorResponse(text, status: http.statusCode, headers: [date])
          return (http.statusCode, http.statusCode == 200 ? nil : rejection)
        }
        #expect(status == 200)
        attempts.append(count)
      }
      #expect(attempts == (seconds == 0 ? [1, 1] : [2, 1]))
      let (body, response) = try await session.data(for: URLRequest(url: url))
      #expect(response.statusCode == 200)
      #expect(String(decoding: body, as: UTF8.self) == "two")
    }
  }
#endif
