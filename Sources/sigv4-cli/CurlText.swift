import SigV4

/// A request as a curl command for a POSIX shell.
enum CurlText {
  /// Writes the command that sends `request` unchanged.
  ///
  /// curl adds only its own `User-Agent` and `Accept`.
  ///
  /// - Parameters:
  ///   - request: The signed request.
  ///   - url: Its URL.
  ///   - data: The values of `--data`.
  /// - Returns: The command, in one line.
  /// - Throws: ``Failure`` for a body that a command line can't contain.
  static func command(for request: SignableRequest, url: String, body data: [String]) throws -> String {
    var words = ["curl"]
    switch (request.method, data.isEmpty) {
    case ("GET", true), ("POST", false): break
    case ("HEAD", true): words.append("--head")
    default: words += ["--request", quoted(request.method)]
    }
    if request.target.hasDotSegment { words.append("--path-as-is") }
    let host = try SignableRequest(method: "GET", url: url).headers["host"]
    for field in request.headers where !(field.isNamed("host") && field.value == host) {
      words += ["--header", quoted(field.value.isEmpty ? field.name + ";" : "\(field.name): \(field.value)")]
    }
    // Without it, curl adds one of its own.
    if !data.isEmpty, request.headers["content-type"] == nil { words += ["--header", quoted("Content-Type:")] }
    for text in data {
      let isFile = text.utf8.first == UInt8(ascii: "@")
      guard text != "@-" else {
        throw Failure("--curl can't include standard input. Use --data @FILE.")
      }
      words += [isFile ? "--data-binary" : "--data-raw", quoted(text)]
    }
    return (words + [quoted(url)]).joined(separator: " ")
  }

  /// A word in single quotes.
  static func quoted(_ text: String) -> String {
    let parts = text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false).map { String($0) }
    return "'" + parts.joined(separator: "'\\''") + "'"
  }
}

extension String {
  /// Whether the path contains a segment `.` or `..`, escaped or not.
  fileprivate var hasDotSegment: Bool {
    let path = utf8.prefix { $0 != UInt8(ascii: "?") }
    return path.split(separator: UInt8(ascii: "/")).contains { segment in
      [".", ".."].contains(String(decoding: Array(Array(segment).percentDecoded), as: UTF8.self))
    }
  }
}
