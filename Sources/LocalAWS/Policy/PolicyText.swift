import SigV4

/// A text of a policy that is compared with a value of a request: characters, wildcards and variables.
struct PolicyText: Sendable, Hashable {
  /// The meaning of `*` and `?`.
  enum Wildcards { case allowed, none }

  /// The meaning of `${…}`, which depends on the policy's version.
  enum Variables { case replaced, literal }

  /// The form in which texts are compared.
  enum Form: Sendable, Hashable {
    /// Unchanged.
    case plain
    /// A canonical path.
    case path
    /// The canonical name or value of a query parameter.
    case parameter
    /// The ARN of a service, and a canonical path.
    case resource
  }

  private enum Token: Sendable, Hashable {
    case character(Unicode.Scalar)
    case anyCharacter
    case anyCharacters
    case variable(PolicyVariable)
  }

  /// A part of a text as it is written.
  private enum Piece {
    case literal([UInt8])
    /// A character without a special meaning, such as `${*}`.
    case character(UInt8)
    case variable(PolicyVariable)

    var isVariable: Bool { if case .variable = self { true } else { false } }
  }

  private var tokens: [Token]
  private let form: Form

  init(_ text: String, _ form: Form, wildcards: Wildcards, variables: Variables) throws(PolicyFlaw) {
    let pieces = variables == .replaced ? try Self.pieces(text) : [.literal(Array(text.utf8))]
    switch form {
    case .plain:
      tokens = pieces.flatMap { piece -> [Token] in
        switch piece {
        case .literal(let bytes):
          String(decoding: bytes, as: UTF8.self).unicodeScalars.map { Self.token($0, wildcards) }
        case .character(let character): [.character(Unicode.Scalar(character))]
        case .variable(let variable): [.variable(variable)]
        }
      }
    case .path: tokens = try Self.path(pieces, text, wildcards)
    case .parameter:
      tokens = try Self.canonical(MarkedText(pieces, wildcards)) { (text) throws(PolicyFlaw) in
        ComparedText.canonicalParameter(text)
      }
    case .resource: tokens = try Self.resource(pieces)
    }
    // Only values of variables still have to be converted when they are compared.
    self.form = pieces.contains(where: \.isVariable) ? form : .plain
  }

  /// A text without wildcards and variables.
  init(literal text: String) {
    form = .plain
    tokens = text.unicodeScalars.map { .character($0) }
  }

  /// The text `*`.
  init(wildcard: Void) {
    form = .plain
    tokens = [.anyCharacters]
  }

  /// The variables of the text.
  var variables: [PolicyVariable] {
    tokens.compactMap { if case .variable(let variable) = $0 { variable } else { nil } }
  }

  /// Whether a value matches the text.
  ///
  /// No value matches if a variable has none in the request, or if there is no request (IAM User Guide, "Policy variables
  /// with no value"). Negated operators and elements then apply.
  func matches(_ value: String, in request: AuthPolicy.Request?, ignoringCase: Bool = false) -> Bool {
    var elements: [WildcardPattern.Element] = []
    let limit = tokens.count + value.unicodeScalars.count
    // A pattern of more characters than the value can't match. It isn't built, because variables may have long values.
    for token in tokens where elements.count <= limit {
      switch token {
      case .character(let character): elements.append(.character(character))
      case .anyCharacter: elements.append(.anyCharacter)
      case .anyCharacters: elements.append(.anyCharacters)
      case .variable(let variable):
        guard let value = request.flatMap({ variable.value(in: $0) }) else { return false }
        let compared = form == .plain ? value : ComparedText.literal(value, isPath: form != .parameter)
        elements += compared.unicodeScalars.map { .character($0) }
      }
    }
    guard elements.count <= limit else { return false }
    return ignoringCase
      ? WildcardPattern(elements.map(\.asciiLowercased)).matches(value.unicodeScalars.lazy.map(\.asciiLowercased))
      : WildcardPattern(elements).matches(value.unicodeScalars)
  }

  /// Whether some value can match both texts, whatever the values of variables are.
  ///
  /// The wildcards of this text match neither a colon nor a slash, except the last one.
  func canMatch(_ other: PolicyText) -> Bool {
    // Whether the tokens from `i` on and those of the other text from each index on can match one value.
    var row = Array(repeating: false, count: other.tokens.count + 1)
    for i in stride(from: tokens.count, through: 0, by: -1) {
      let below = row
      for j in stride(from: other.tokens.count, through: 0, by: -1) {
        let (left, right) = (i < tokens.count ? tokens[i] : nil, j < other.tokens.count ? other.tokens[j] : nil)
        let isSeparator = right == .character(":") || right == .character("/")
        row[j] =
          switch (left, right) {
          case (nil, nil): true
          case (.anyCharacters?, _):
            below[j] || right != nil && (!isSeparator || i == tokens.count - 1) && row[j + 1]
          case (_, .anyCharacters?), (_, .variable?): row[j + 1] || left != nil && below[j]
          case (.anyCharacter?, .some): !isSeparator && below[j + 1]
          case (.some, .some): (left == right || right == .anyCharacter) && below[j + 1]
          default: false
          }
      }
    }
    return row[0]
  }

  /// The parts between the first five colons, and the rest; `nil` if there are fewer colons.
  var arnParts: [PolicyText]? {
    let parts = tokens.split(separator: .character(":"), maxSplits: 5, omittingEmptySubsequences: false)
    return parts.count == 6 ? parts.map { PolicyText(tokens: Array($0)) } : nil
  }

  private init(tokens: [Token]) {
    form = .plain
    self.tokens = tokens
  }

  private static func token(_ character: Unicode.Scalar, _ wildcards: Wildcards) -> Token {
    switch character {
    case "*" where wildcards == .allowed: .anyCharacters
    case "?" where wildcards == .allowed: .anyCharacter
    default: .character(character)
    }
  }
}

// MARK: - Variables

extension PolicyText {
  private static func pieces(_ text: String) throws(PolicyFlaw) -> [Piece] {
    var pieces: [Piece] = []
    var rest = Array(text.utf8)[...]
    while let start = rest.firstRange(of: "${".utf8) {
      if start.lowerBound > rest.startIndex { pieces.append(.literal(Array(rest[..<start.lowerBound]))) }
      rest = rest[start.upperBound...]
      var isQuoted = false
      let end = rest.firstIndex { byte in
        if byte == UInt8(ascii: "'") { isQuoted.toggle() }
        return byte == UInt8(ascii: "}") && !isQuoted
      }
      guard let end else { throw .malformed("a variable has no closing brace; write a dollar sign as ${$}") }
      let name = rest[..<end]
      if name.count == 1, let character = name.first, "*?$".utf8.contains(character) {
        pieces.append(.character(character))
      } else {
        pieces.append(.variable(try PolicyVariable(String(decoding: name, as: UTF8.self))))
      }
      rest = rest[(end + 1)...]
    }
    if !rest.isEmpty { pieces.append(.literal(Array(rest))) }
    return pieces
  }
}

// MARK: - Canonical forms

extension PolicyText {
  /// A text whose wildcards and variables are escapes that no text in UTF-8 contains, so that it can be canonicalized.
  private struct MarkedText {
    static let variableMark: UInt8 = 0xFD
    static let anyCharactersMark: UInt8 = 0xFE
    static let anyCharacterMark: UInt8 = 0xFF

    var bytes: [UInt8] = []
    var variables: [PolicyVariable] = []

    init(_ pieces: [Piece], _ wildcards: Wildcards) throws(PolicyFlaw) {
      let hasVariables = pieces.contains(where: \.isVariable)
      lowestMark = hasVariables ? Self.variableMark : wildcards == .allowed ? Self.anyCharactersMark : nil
      for (index, piece) in pieces.enumerated() {
        switch piece {
        case .character(let character): bytes += Self.escape(character)
        case .variable(let variable):
          bytes += Self.escape(Self.variableMark) + "\(variables.count)".utf8 + Self.escape(Self.variableMark)
          variables.append(variable)
        case .literal(let literal):
          try Self.check(literal, wildcards, isLast: index == pieces.count - 1)
          guard lowestMark.map({ mark in literal.percentDecoded.allSatisfy { $0 < mark } }) != false else {
            throw .malformed("it contains %FD, %FE or %FF, which isn't UTF-8")
          }
          bytes += literal.flatMap { byte in
            switch byte {
            case UInt8(ascii: "*") where wildcards == .allowed: Self.escape(Self.anyCharactersMark)
            case UInt8(ascii: "?") where wildcards == .allowed: Self.escape(Self.anyCharacterMark)
            default: [byte]
            }
          }
        }
      }
    }

    /// The lowest byte that is a mark; `nil` if there is none, so that every byte represents itself.
    private(set) var lowestMark: UInt8?

    private init(_ bytes: [UInt8], _ variables: [PolicyVariable], lowestMark: UInt8?) {
      (self.bytes, self.variables, self.lowestMark) = (bytes, variables, lowestMark)
    }

    /// A part of the text.
    func part(_ range: some RangeExpression<Int>) -> MarkedText {
      MarkedText(Array(bytes[range.relative(to: bytes)]), variables, lowestMark: lowestMark)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    private static func escape(_ byte: UInt8) -> [UInt8] { Array([byte].percentEncoded.utf8) }

    private static func check(_ literal: [UInt8], _ wildcards: Wildcards, isLast: Bool) throws(PolicyFlaw) {
      for index in literal.indices where literal[index] == UInt8(ascii: "%") {
        let digits = literal[index...].dropFirst().prefix(2)
        guard wildcards == .none || !digits.contains(where: { "*?".utf8.contains($0) }), digits.count == 2 || isLast
        else { throw .malformed("an escape contains a wildcard or a variable; write a percent sign as %25") }
      }
    }
  }

  private static func resource(_ pieces: [Piece]) throws(PolicyFlaw) -> [Token] {
    var colons = 0
    for piece in pieces {
      switch piece {
      case .literal(let bytes): colons += bytes.count { $0 == UInt8(ascii: ":") }
      case .variable where colons < 5:
        throw .malformed("it has a variable before the fifth colon of the ARN; write that part without one")
      case .character, .variable: break
      }
    }
    let marked = try MarkedText(pieces, .allowed)
    guard ["*", "?", "arn:"].contains(where: { startsWith($0, pieces) }) else {
      throw .malformed("it isn't an ARN; begin it with arn: or a wildcard")
    }
    // After a slash the same text is part of a path.
    let name = marked.bytes.firstRange(of: ":service/".utf8)
      .flatMap { marked.bytes[..<$0.lowerBound].contains(UInt8(ascii: "/")) ? nil : $0.upperBound }
    let slash = name.flatMap { marked.bytes[$0...].firstIndex(of: UInt8(ascii: "/")) } ?? 0
    let (arn, path) = (marked.part(..<slash), marked.part(slash...))
    try checkDots(in: path, after: arn)
    return tokens(ComparedText.canonical(arn.text), arn) + (try canonicalEnd(ofPath: path))
  }

  private static func startsWith(_ prefix: String, _ pieces: [Piece]) -> Bool {
    guard case .literal(let bytes)? = pieces.first else { return false }
    return bytes.starts(with: prefix.utf8)
  }

  private static func path(_ pieces: [Piece], _ text: String, _ wildcards: Wildcards) throws(PolicyFlaw) -> [Token] {
    let marked = try MarkedText(pieces, wildcards)
    let startsWithVariable = pieces.first?.isVariable == true
    if wildcards == .none {
      let hasQuery = pieces.contains {
        if case .literal(let bytes) = $0 { bytes.contains(UInt8(ascii: "?")) } else { false }
      }
      guard !hasQuery else { throw .malformed("a path can't contain a query; write a question mark as %3F") }
    } else {
      guard startsWithVariable || ["/", "*", "?"].contains(where: { startsWith($0, pieces) }) else {
        throw .malformed("its path must begin with / or a wildcard")
      }
    }
    try checkDots(in: marked)
    return wildcards == .allowed || startsWithVariable
      ? try canonicalEnd(ofPath: marked) : try canonical(marked, ComparedText.canonicalPath)
  }

  /// Throws if a segment `..` of a path removes a wildcard or a variable, of the path or of the text before it.
  private static func checkDots(in path: MarkedText, after text: MarkedText? = nil) throws(PolicyFlaw) {
    var hasWildcard = text?.bytes.contains(UInt8(ascii: "%")) == true
    // The number of segments since the last wildcard, which `..` can remove.
    var depth = 0
    for segment in path.bytes.split(separator: UInt8(ascii: "/")) {
      let decoded = Array(segment).percentDecoded
      switch String(decoding: decoded, as: UTF8.self) {
      case ".": break
      case "..":
        guard depth > 0 || !hasWildcard else {
          throw .malformed("a segment .. removes a wildcard or a variable; write the path without ..")
        }
        depth = max(0, depth - 1)
      default:
        let isVariable = path.lowestMark.map { mark in decoded.contains { $0 >= mark } } ?? false
        (hasWildcard, depth) = isVariable ? (true, 0) : (hasWildcard, depth + 1)
      }
    }
  }

  /// The pattern of a path that may begin without a slash, because a wildcard or a variable can match the characters before.
  private static func canonicalEnd(ofPath path: MarkedText) throws(PolicyFlaw) -> [Token] {
    guard path.bytes.first != UInt8(ascii: "/") else { return try canonical(path, ComparedText.canonicalPath) }
    let tokens = try canonical(path) { (text) throws(PolicyFlaw) in try ComparedText.canonicalPath("/" + text) }
    return Array(tokens.dropFirst())
  }

  private static func canonical(
    _ marked: MarkedText, _ canonicalize: (String) throws(PolicyFlaw) -> String
  ) throws(PolicyFlaw) -> [Token] {
    tokens(try canonicalize(marked.text), marked)
  }

  /// The tokens of a text in the form that is compared, in which the marks are escaped bytes.
  private static func tokens(_ compared: String, _ marked: MarkedText) -> [Token] {
    var tokens: [Token] = []
    var rest = Substring(compared).unicodeScalars
    while let character = rest.popFirst() {
      switch character {
      case _ where marked.lowestMark.map { character.value < ComparedText.escaped($0).value } ?? true:
        tokens.append(.character(character))
      case ComparedText.escaped(MarkedText.anyCharactersMark): tokens.append(.anyCharacters)
      case ComparedText.escaped(MarkedText.anyCharacterMark): tokens.append(.anyCharacter)
      case ComparedText.escaped(MarkedText.variableMark):
        let number = rest.prefix { $0 != character }
        rest = rest.dropFirst(number.count + 1)
        if let index = Int(Substring(number)), marked.variables.indices.contains(index) {
          tokens.append(.variable(marked.variables[index]))
        }
      default: tokens.append(.character(character))
      }
    }
    return tokens
  }
}

extension Unicode.Scalar {
  fileprivate var asciiLowercased: Unicode.Scalar {
    isASCII ? Unicode.Scalar(UInt8(truncatingIfNeeded: value).asciiLowercased) : self
  }
}

extension WildcardPattern.Element {
  fileprivate var asciiLowercased: Self {
    if case .character(let character) = self { .character(character.asciiLowercased) } else { self }
  }
}
