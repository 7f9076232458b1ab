/// An option of curl, by its long name.
struct CurlOption {
  let name: String
  let hasValue: Bool

  /// The options that one word gives, `--long` or several letters after one hyphen, and what is glued to the last.
  static func options(in word: String) throws -> [(CurlOption, glued: String?)] {
    if word.hasPrefix("--") {
      let name = aliases[word] ?? word
      if withValue.contains(name) { return [(CurlOption(name: name, hasValue: true), nil)] }
      guard withoutValue.contains(name) || name.hasPrefix("--no-") || name.hasPrefix("--tlsv") else {
        throw Failure(
          "curl's option \(word) isn't known here; leave it out, with its value, if it has no part in the request.")
      }
      return [(CurlOption(name: name, hasValue: false), nil)]
    }
    var found: [(CurlOption, glued: String?)] = []
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      if let name = lettersWithValue[letter] {
        found.append((CurlOption(name: name, hasValue: true), letters.isEmpty ? nil : String(letters)))
        break
      }
      guard lettersWithoutValue.contains(letter) else {
        throw Failure(
          "curl's option -\(letter) isn't known here; leave it out, with its value, if it has no part in the request.")
      }
      let name = letter == "I" ? "--head" : letter == "G" ? "--get" : "-\(letter)"
      found.append((CurlOption(name: name, hasValue: false), nil))
    }
    return found
  }

  private static let aliases = ["--data-ascii": "--data"]

  private static let lettersWithValue: [Character: String] = [
    "A": "--user-agent", "b": "--cookie", "c": "--cookie-jar", "C": "--continue-at", "d": "--data",
    "D": "--dump-header", "e": "--referer", "E": "--cert", "F": "--form", "H": "--header", "K": "--config",
    "m": "--max-time", "o": "--output", "P": "--ftp-port", "Q": "--quote", "r": "--range", "t": "--telnet-option",
    "T": "--upload-file", "u": "--user", "U": "--proxy-user", "w": "--write-out", "x": "--proxy", "X": "--request",
    "y": "--speed-time", "Y": "--speed-limit", "z": "--time-cond",
  ]
  private static let lettersWithoutValue: Set<Character> = Set("afgGiIjJkklLMnNOpqRsSvVZ#012346B")

  private static let withValue = Set(lettersWithValue.values).union([
    "--aws-sigv4", "--cacert", "--capath", "--connect-timeout", "--connect-to", "--data-binary", "--data-raw",
    "--data-urlencode", "--form-string", "--interface", "--json", "--key", "--limit-rate", "--max-filesize",
    "--max-redirs", "--proto", "--request-target", "--resolve", "--retry", "--retry-delay", "--retry-max-time",
    "--stderr", "--trace", "--trace-ascii", "--unix-socket", "--url",
  ])
  private static let withoutValue: Set<String> = [
    "--compressed", "--fail", "--fail-early", "--fail-with-body", "--get", "--globoff", "--head", "--http1.0",
    "--http1.1", "--http2", "--http2-prior-knowledge", "--http3", "--include", "--insecure", "--ipv4", "--ipv6",
    "--location", "--location-trusted", "--parallel", "--path-as-is", "--progress-bar", "--raw", "--remote-name",
    "--retry-all-errors", "--retry-connrefused", "--show-error", "--show-headers", "--silent", "--trace-time",
    "--verbose",
  ]
}
