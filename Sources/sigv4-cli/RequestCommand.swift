import ArgumentParser
import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Signs and sends a request, and prints the body of the response.
struct RequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Signs and sends a request, and prints the response.",
    discussion: """
      Credentials come from the environment, a profile, web identity, the container or instance metadata. If the \
      service rejects the request, the diagnosis of 'explain' goes to standard error. On a terminal, a long upload shows \
      its progress.

      Exit codes:
        0   the status of the response is 2xx
        1   there is no response, or it can't be written
        22  the response has another status
        64  an option is invalid

      Examples:

        sigv4-cli request https://rates.example.com/ --region us-west-2
        sigv4-cli request https://…/orders -X PUT -d @order.json -i
        sigv4-cli request https://bucket.s3.us-west-2.amazonaws.com/key -o key
        sigv4-cli request https://…/ --profile backup --timeout 2m --json
        sigv4-cli local -- sh -c 'sigv4-cli request "$LATTICE_RESERVATION_URL"'
      """)

  @OptionGroup var options: RequestOptions

  @Flag(name: .shortAndLong, help: "Show the canonical request and the string to sign, on standard error.")
  var verbose = false

  @Flag(help: "Send the body in signed chunks, as S3 accepts it.")
  var chunked = false

  @Flag(name: .shortAndLong, help: "Print the status and the headers of the response too.")
  var include = false

  @Option(
    name: [.customShort("o", allowingJoined: true), .long],
    help: ArgumentHelp("Write the body of the response to this file.", valueName: "file"))
  var output: String?

  @Option(
    name: [.customShort("m", allowingJoined: true), .long],
    help: """
      The time limit of the whole exchange, such as 10, 10s or 2m. By default, 30 seconds without a byte end it.
      """, transform: DurationText.duration)
  var timeout: Duration?

  @Flag(help: "Print status, headers, body and diagnosis as JSON. A body that isn't UTF-8 is in bodyBase64.")
  var json = false

  /// The response for other programs.
  private struct Report: Encodable {
    let status: Int
    let headers: [String: String]
    let body: String?
    let bodyBase64: String?
    let diagnosis: DiagnosisReport?
  }

  /// More of a rejection's body than a diagnosis reads.
  private static let diagnosedLength = 1 << 18

  func validate() throws {
    guard !json || !include && output == nil else {
      throw ValidationError("--json can't be combined with --include or --output. It prints the whole response.")
    }
  }

  func run() async throws {
    let parts = try options.parts()
    let signer = try await options.signer()
    let credentials = try await options.credentials.find()
    if chunked {
      try await withTemporaryFile { file in
        var request = try parts.urlRequest()
        let signed = try await signChunks(of: parts, &request, signer, credentials, into: file)
        try await send(request, signed, body: file, .hash(signed.payloadHash), credentials)
      }
    } else {
      var request = try parts.urlRequest()
      let payload = try await parts.payload()
      if case .file(_, 1...) = parts.body, ["GET", "HEAD"].contains(parts.method) {
        throw Failure("URLSession doesn't send a body with \(parts.method). Use another method, such as POST.")
      }
      let signed = try signer.sign(&request, payload: payload, with: credentials)
      var file: URL?
      if case .file(let path, _) = parts.body { file = URL(filePath: path) }
      try await send(request, signed, body: file, payload, credentials)
    }
  }

  /// Calls `use` with the path of a file that only this user can read, and removes it afterwards.
  private func withTemporaryFile(_ use: @escaping @Sendable (URL) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "sigv4-cli-\(UUID().uuidString)")
    try await Interruptible.run {
      guard
        FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
      else { throw Failure("The file \(file.path) can't be written. Set TMPDIR to another folder.") }
      defer { try? FileManager.default.removeItem(at: file) }
      try await use(file)
    }
  }

  /// Signs the request and each chunk of its body, and writes the framed chunks to a file.
  private func signChunks(
    of parts: RequestOptions.Parts, _ request: inout URLRequest, _ signer: Signer, _ credentials: Credentials,
    into file: URL
  ) async throws -> SignedRequest {
    request.httpBody = nil
    let body = parts.body ?? .bytes(Data())
    let upload = try signer.sign(&request, chunked: ChunkedPayload(length: body.length), with: credentials)
    let framed = OutputFile(file.path)
    for try await piece in upload.body(try body.pieces()) { try framed.write(piece) }
    return upload.signedRequest
  }

  private func send(
    _ request: URLRequest, _ signed: SignedRequest, body file: URL?, _ payload: Payload, _ credentials: Credentials
  ) async throws {
    if verbose { try SigningTrace.print(signed) }
    let output = OutputFile(output)
    let length =
      try file.map { try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0 } ?? request.httpBody?.count
    let progress = length.flatMap(UploadProgress.init)
    var handlers = HTTPExchange.Handlers()
    handlers.sent = { progress?.show($0) }
    if !json {
      handlers.head = { [include] answer in
        progress?.end()
        guard include else { return }
        let lines = ["HTTP/1.1 \(answer.status)"] + answer.headers.map { "\($0.name): \($0.value)" }
        try output.write((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
      }
      handlers.body = { try output.write($0) }
    }
    let answer: HTTPExchange.Answer
    do {
      defer { progress?.end() }
      answer = try await HTTPExchange.send(
        request, file: file, timeout: timeout, limit: json ? InputFile.limit << 20 : Self.diagnosedLength,
        handlers: handlers)
    }
    let diagnosis = try diagnosis(of: request, payload, answer, credentials)
    if json {
      let text = String(validating: answer.body, as: UTF8.self)
      print(
        try JSONLine.text(
          Report(
            status: answer.status,
            headers: Dictionary(answer.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0), \($1)" }),
            body: text, bodyBase64: text == nil ? answer.body.base64EncodedString() : nil, diagnosis: diagnosis)))
    } else {
      if output.isStandardOutput { endLine(after: answer) }
      if self.output != nil, !output.isStandardOutput { try output.write([]) }
    }
    guard 200..<300 ~= answer.status else {
      SigningTrace.note("The service responded with status \(answer.status).")
      if let diagnosis { SigningTrace.note(Style.error.text(of: diagnosis)) }
      throw ExitCode(22)
    }
  }

  /// Ends the last line on a terminal; a pipe gets the body's bytes alone.
  private func endLine(after answer: HTTPExchange.Answer) {
    if answer.body.last != ASCII.newline, isatty(STDOUT_FILENO) == 1 { print() }
  }

  /// The cause of a rejection; `nil` if the answer isn't one.
  private func diagnosis(
    of request: URLRequest, _ payload: Payload, _ answer: HTTPExchange.Answer, _ credentials: Credentials
  ) throws -> DiagnosisReport? {
    guard [400, 401, 403].contains(answer.status) else { return nil }
    let text = String(decoding: answer.body.prefix(Self.diagnosedLength), as: UTF8.self)
    let diagnosis = SignatureDiagnosis(
      of: try SignableRequest(request), payload: payload,
      answer: ServiceErrorResponse(text, status: answer.status, headers: answer.headers), credentials: credentials)
    // A 400 mostly has causes other than the signature.
    return answer.status == 400 && diagnosis.certainty != .certain ? nil : DiagnosisReport(diagnosis)
  }
}
