/// An option of curl, by its long name, and its value.
struct CurlOption {
  let name: String
  /// The value; `nil` for an option that has none.
  let value: [UInt8]?
  /// False for the `--no-` form of an option.
  var isOn = true

  /// Reads the options of one word: `--long`, `--long=value`, or letters after one hyphen with a value glued to the last.
  ///
  /// - Parameter words: The words; the option's, and that of its value, are removed.
  /// - Returns: The options in order.
  /// - Throws: ``Failure`` for an unknown option, or one without its value.
  static func read(from words: inout ArraySlice<[UInt8]>) throws -> [CurlOption] {
    guard let word = words.popFirst() else { return [] }
    if word.starts(with: "--".utf8) { return [try long(word, &words)] }
    var found: [CurlOption] = []
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      let letter = String(decoding: [letter], as: UTF8.self)
      if let name = lettersWithValue[letter] {
        guard let value = letters.isEmpty ? words.popFirst() : Array(letters) else { throw missingValue("-\(letter)") }
        found.append(CurlOption(name: name, value: value))
        break
      }
      guard let name = letters0[letter] ?? (ignoredLetters.contains(letter) ? "-\(letter)" : nil) else {
        throw unknown("-\(letter)")
      }
      found.append(CurlOption(name: name, value: nil))
    }
    return found
  }

  private static func long(_ word: [UInt8], _ words: inout ArraySlice<[UInt8]>) throws -> CurlOption {
    let text = String(decoding: word, as: UTF8.self)
    if let name = nameWithValue(text) {
      guard let value = words.popFirst() else { throw missingValue(text) }
      return CurlOption(name: name, value: value)
    }
    // curl reads --name=value from version 8.16 on.
    if let mark = word.firstIndex(of: UInt8(ascii: "=")),
      let name = nameWithValue(String(decoding: word[..<mark], as: UTF8.self))
    {
      return CurlOption(name: name, value: Array(word[(mark + 1)...]))
    }
    if withoutValue.contains(text) || ignored.contains(text) { return CurlOption(name: text, value: nil) }
    let positive = "--" + text.dropFirst("--no-".utf8.count)
    if text.hasPrefix("--no-"), withoutValue.contains(positive) || ignored.contains(positive) {
      return CurlOption(name: positive, value: nil, isOn: false)
    }
    throw unknown(text)
  }

  private static func nameWithValue(_ text: String) -> String? {
    if text == "--data-ascii" { return "--data" }
    return withValue.contains(text) || ignoredWithValue.contains(text) ? text : nil
  }

  private static func unknown(_ name: String) -> Failure {
    Failure(
      "The curl option \(String(name.prefix { $0 != "=" }.prefix(40)).debugDescription) isn't supported. Remove it and its value if the request doesn't depend on it. Otherwise run the command with -v, and paste its output."
    )
  }

  private static func missingValue(_ name: String) -> Failure {
    Failure("The curl option \(name) requires a value. Add it, or paste the whole command.")
  }

  private static let lettersWithValue = [
    "A": "--user-agent", "b": "--cookie", "c": "--cookie-jar", "C": "--continue-at", "d": "--data",
    "D": "--dump-header", "e": "--referer", "E": "--cert", "F": "--form", "H": "--header", "K": "--config",
    "m": "--max-time", "o": "--output", "P": "--ftp-port", "Q": "--quote", "r": "--range", "t": "--telnet-option",
    "T": "--upload-file", "u": "--user", "U": "--proxy-user", "w": "--write-out", "x": "--proxy", "X": "--request",
    "y": "--speed-time", "Y": "--speed-limit", "z": "--time-cond",
  ]
  private static let letters0 = ["G": "--get", "I": "--head", "g": "--globoff", "n": "--netrc", ":": "--next"]
  private static let ignoredLetters = Set("#012346afijJklLNOpqRsSvZ".map(String.init))

  /// The options with a value that change the request, or for which a command is rejected.
  private static let withValue: Set = [
    "--aws-sigv4", "--config", "--continue-at", "--cookie", "--data", "--data-binary", "--data-raw",
    "--data-urlencode", "--etag-compare", "--form", "--form-string", "--header", "--json", "--netrc-file",
    "--oauth2-bearer", "--proto-default",
    "--range", "--referer", "--request", "--request-target", "--time-cond", "--upload-file", "--url", "--url-query",
    "--user",
    "--user-agent",
  ]
  private static let withoutValue: Set = [
    "--anyauth", "--basic", "--digest", "--get", "--globoff", "--head", "--negotiate", "--netrc", "--netrc-optional",
    "--next", "--ntlm",
    "--path-as-is",
  ]

  /// The options with a value that change no signed part of a request.
  private static let ignoredWithValue = Set(
    """
    abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout connect-to cookie-jar
    create-file-mode crlfile curves dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech
    etag-save expect100-timeout ftp-port happy-eyeballs-timeout-ms hsts interface ip-tos keepalive-cnt
    keepalive-time key key-type libcurl limit-rate local-port max-filesize max-redirs max-time noproxy
    output output-dir parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-redir proxy proxy-cacert
    proxy-capath proxy-cert proxy-cert-type proxy-header proxy-key proxy-pass proxy-user proxy1.0 pubkey quote rate
    resolve retry retry-delay retry-max-time socks4 socks4a socks5 socks5-hostname speed-limit speed-time stderr
    telnet-option tls-max tls13-ciphers trace trace-ascii trace-config unix-socket vlan-priority write-out
    """.split(whereSeparator: \.isWhitespace).map { "--" + $0 })

  /// The options without a value that change no signed part of a request.
  private static let ignored = Set(
    """
    alpn append buffer ca-native cert-status clobber compressed create-dirs disable disallow-username-in-url
    doh-cert-status doh-insecure fail fail-early fail-with-body false-start follow http0.9 http1.0 http1.1 http2
    http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6 junk-session-cookies
    keepalive list-only location location-trusted mptcp npn out-null parallel parallel-immediate
    post301 post302 post303 progress-bar progress-meter proxy-anyauth proxy-basic proxy-digest proxy-http2
    proxy-insecure proxy-negotiate proxy-ntlm proxytunnel raw remote-header-name remote-name remote-name-all
    remote-time remove-on-error retry-all-errors retry-connrefused sessionid show-error show-headers silent
    skip-existing ssl ssl-no-revoke ssl-reqd sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen
    tcp-nodelay tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time verbose xattr
    """.split(whereSeparator: \.isWhitespace).map { "--" + $0 })
}
