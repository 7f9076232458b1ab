import Foundation
import SigV4

/// The parts of a curl command's request that a signature can cover.
///
/// Headers that depend on curl's version or build are omitted: its own `User-Agent`, `Accept-Encoding` of `--compressed`,
/// `Expect`, and the fields of one connection.
struct CurlCommand {
  let request: SignableRequest
  let body: [UInt8]

  /// Reads the arguments of curl.
  ///
  /// - Parameters:
  ///   - command: The command, as the shell passes it on.
  ///   - file: Reads a file by its name.
  /// - Throws: ``Failure`` for a command that curl rejects, that sends several requests, or whose request only curl knows.
  init(_ command: ShellCommand, file: @escaping (String) throws -> [UInt8]) throws {
    var arguments = CurlArguments(input: command.input, readFile: file)
    try arguments.read(command.arguments)
    (request, body) = try arguments.requestAndBody()
  }
}

/// The options of a curl command.
private struct CurlArguments {
  let input: ShellCommand.Input?
  let readFile: (String) throws -> [UInt8]

  private var urls: [[UInt8]] = []
  private var method: String?
  private var target: String?
  private var headers: [String] = []
  private var single: [String: String] = [:]
  private var cookies: [String] = []
  private var data: CurlData?
  private var isJSON = false
  private var queries: [[UInt8]] = []
  private var upload: [UInt8]?
  private var user: [UInt8]?
  private var bearer: String?
  private var defaultScheme: String?
  private var flags: Set<String> = []

  init(input: ShellCommand.Input?, readFile: @escaping (String) throws -> [UInt8]) {
    (self.input, self.readFile) = (input, readFile)
  }

  mutating func read(_ arguments: [[UInt8]]) throws {
    var words = arguments[...]
    var isPastOptions = false
    while let word = words.first {
      if !isPastOptions, word.elementsEqual("--".utf8) {
        isPastOptions = true
        words.removeFirst()
      } else if isPastOptions || word.first != UInt8(ascii: "-") {
        urls.append(word)
        words.removeFirst()
      } else {
        for option in try CurlOption.read(from: &words) {
          if let value = option.value { try apply(option.name, value) } else { try apply(option) }
        }
      }
    }
  }

  private mutating func apply(_ option: CurlOption) throws {
    if option.name == "--next" { throw Self.severalRequests }
    if option.isOn, option.name.utf8.starts(with: "--netrc".utf8) { throw Self.unread("Authorization", "--netrc") }
    if option.isOn { flags.insert(option.name) } else { flags.remove(option.name) }
  }

  private mutating func apply(_ name: String, _ value: [UInt8]) throws {
    let text = String(decoding: value, as: UTF8.self)
    switch name {
    case "--request": method = text
    case "--request-target": target = text
    case "--url": urls.append(value)
    case "--user-agent": single["User-Agent"] = text
    case "--referer":
      let isAutomatic = value.suffix(5).elementsEqual(";auto".utf8)
      single["Referer"] = isAutomatic ? String(decoding: value.dropLast(5), as: UTF8.self) : text
    case "--range": single["Range"] = "bytes=\(text)" + (value.contains(UInt8(ascii: "-")) ? "" : "-")
    case "--continue-at":
      guard text != "-" else { throw Self.unread("Range", "-C -") }
      single["Range"] = "bytes=\(text)-"
    case "--cookie":
      if value.contains(UInt8(ascii: "=")) {
        cookies.append(text)
      } else if !value.isEmpty {  // an empty name reads no file
        throw Self.unread("Cookie", "-b")
      }
    case "--etag-compare": throw Self.unread("If-None-Match", name)
    case "--time-cond": throw Self.unread("If-Modified-Since", name)
    case "--netrc-file": throw Self.unread("Authorization", name)
    case "--header":
      headers += value.first == UInt8(ascii: "@") ? try headerLines(value.dropFirst()) : [text]
    case "--user": user = value.contains(UInt8(ascii: ":")) || value.isEmpty ? value : value + [UInt8(ascii: ":")]
    case "--oauth2-bearer": bearer = text
    case "--proto-default": defaultScheme = text
    case "--upload-file": upload = value
    case "--url-query":
      queries.append(
        value.first == UInt8(ascii: "+") ? Array(value.dropFirst()) : try CurlData.encoded(value, file: content))
    case "--form", "--form-string":
      throw Failure(
        "curl chooses the boundary of a form (-F) at random. Run the command with --trace-ascii -, and paste the request that it sent as an HTTP/1.1 message."
      )
    case "--config":
      throw Failure("Files with curl options (-K) aren't read. Write the options into the command.")
    case "--aws-sigv4":
      throw Failure(
        "curl signs this request when it sends it (--aws-sigv4). Run the command with -v, and paste its output."
      )
    default:
      guard let kind = CurlData.Kind(rawValue: name) else { return }
      var data = data ?? CurlData()
      try data.append(value, kind, file: content)
      self.data = data
      isJSON = isJSON || kind == .json
    }
  }

  /// The content of a file that an option names; `-` is standard input.
  private func content(_ path: String) throws -> [UInt8] {
    guard !path.utf8.starts(with: "<(".utf8) else {
      throw Failure(
        "The curl command reads the output of another command, <(…), which isn't run. Save the output, and name its file."
      )
    }
    guard path == "-" || path == "." else { return try readFile(path) }
    switch input {
    case .file(let path): return try readFile(path)
    case .text(let text): return text
    case nil:
      throw Failure(
        "The curl command reads standard input, which isn't part of the text. Write the data into the command, or name a file."
      )
    }
  }

  private static func isStandardInput(_ name: [UInt8]) -> Bool {
    name.elementsEqual("-".utf8) || name.elementsEqual(".".utf8)
  }

  private func headerLines(_ path: ArraySlice<UInt8>) throws -> [String] {
    try content(String(decoding: path, as: UTF8.self)).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func unread(_ header: String, _ option: String) -> Failure {
    Failure(
      "curl adds a \(header) header (\(option)), which the command doesn't show. Replace the option with -H '\(header): …'."
    )
  }

  private static let severalRequests = Failure(
    "The curl command sends several requests. Keep one URL, and remove --next.")

  func requestAndBody() throws -> (SignableRequest, [UInt8]) {
    guard let text = urls.first else {
      throw Failure("The curl command has no URL. Add it, or paste the whole command.")
    }
    guard urls.count == 1 else { throw Self.severalRequests }
    if let negotiation = ["--anyauth", "--digest", "--ntlm", "--negotiate"].first(where: flags.contains) {
      throw Failure(
        "curl negotiates the authentication in several requests (\(negotiation)). Run the command with -v, and paste the lines of one request that begin with >."
      )
    }
    let isGet = flags.contains("--get")
    let bodyData = isGet ? nil : data
    let conflicts = [bodyData != nil, upload != nil, flags.contains("--head") || isGet && data != nil].filter { $0 }
    guard conflicts.count <= 1 else {
      throw Failure("curl rejects this command: -d, -T and -I can't be combined, nor can -T and -G. Keep one of them.")
    }
    let globs = !flags.contains("--globoff")
    var url = try CurlURL(
      globs ? CurlGlob.single(text) : text, defaultScheme: defaultScheme, keepsDots: flags.contains("--path-as-is"))
    var body = bodyData?.bytes ?? []
    if let upload {
      let name = globs ? try CurlGlob.single(upload) : upload
      body = try content(String(decoding: name, as: UTF8.self))
      if url.path.last == UInt8(ascii: "/"), !Self.isStandardInput(name) {
        let last = name.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).last ?? []
        url.path += Array(last).percentEncoded.utf8
      }
    }
    if let added = try addedQuery() {
      url.query = (url.query.map { $0.isEmpty ? [] : $0 + [UInt8(ascii: "&")] } ?? []) + added
    }
    let usual = flags.contains("--head") ? "HEAD" : upload != nil ? "PUT" : bodyData != nil ? "POST" : "GET"
    let fields = try fields(for: url, length: bodyData != nil || upload != nil ? body.count : nil)
    return (SignableRequest(method: method ?? usual, target: target ?? url.target, headers: fields), body)
  }

  /// The query that `-G` or `--url-query` adds; data of `-G` replaces that of `--url-query`.
  private func addedQuery() throws -> [UInt8]? {
    let isGet = flags.contains("--get")
    let joined = Array(queries.joined(separator: [UInt8(ascii: "&")]))
    let added = (isGet ? data?.bytes : nil) ?? joined
    guard let byte = added.first(where: { $0 <= ASCII.space || $0 == ASCII.delete }) else {
      return added.isEmpty ? nil : Array(added.prefix { $0 != UInt8(ascii: "#") })
    }
    let character = byte == ASCII.space ? "a space" : "a control character"
    throw Failure("curl rejects a query that contains \(character). Use --data-urlencode.")
  }

  /// Those that `-H` gives, and those that curl adds unless `-H` gives or removes them.
  private func fields(for url: CurlURL, length: Int?) throws -> [HeaderField] {
    var given: [HeaderField] = []
    var names: Set<String> = []
    for text in headers {
      guard let line = try HeaderText.curlField(text) else { continue }
      let isFirst = names.insert(line.name.lowercased()).inserted
      guard let value = line.value else { continue }
      // Of several Host fields, curl sends the first.
      if isFirst || !HeaderField(line.name, "").isNamed("host") { given.append(HeaderField(line.name, value)) }
    }
    var own: [HeaderField] = []
    func add(_ name: String, _ value: String?) {
      if let value, !names.contains(name.lowercased()) { own.append(HeaderField(name, value)) }
    }
    add("Host", url.host)
    add("Authorization", authorization(of: url))
    add("Range", single["Range"])
    if let agent = single["User-Agent"], !agent.isEmpty { add("User-Agent", agent) }
    add("Accept", isJSON ? "application/json" : "*/*")
    if let referer = single["Referer"], !referer.isEmpty { add("Referer", referer) }
    if !cookies.isEmpty { add("Cookie", cookies.joined(separator: ";")) }
    let isForm = data != nil && !flags.contains("--get")
    add("Content-Type", isJSON ? "application/json" : isForm ? "application/x-www-form-urlencoded" : nil)
    if upload.map(Self.isStandardInput) == true { add("Transfer-Encoding", "chunked") }
    let isChunked = (own + given).contains { $0.isNamed("transfer-encoding") }
    if !isChunked { add("Content-Length", length.map(String.init)) }
    return own + given
  }

  private func authorization(of url: CurlURL) -> String? {
    if let bearer { return "Bearer " + bearer }
    return (user ?? url.userInfo).map { userInfo in
      "Basic " + Data(userInfo.isEmpty ? [UInt8(ascii: ":")] : userInfo).base64EncodedString()
    }
  }
}
