import LocalAWS
import SigV4

extension FaultTable {
  /// The possible responses to the credentials request.
  struct Document: Sendable {
    let id: String
    let name: String
    let text: String
    var outcome = FaultOutcome.works

    init(_ id: String, _ name: String, _ text: String, _ outcome: FaultOutcome = .works) {
      self.id = id
      self.name = name
      self.text = text
      self.outcome = outcome
    }
  }

  static let documents: [Document] = odd + ambiguous + written + miswritten + notJSON + incomplete.flatMap(\.self)

  static let goodDocument = document(["Code": "\"Success\""])

  private static let fields = [
    ("AccessKeyId", "ASIAEXAMPLE"), ("SecretAccessKey", Planted.secret), ("Token", Planted.token),
    ("Expiration", "2030-03-17T17:46:40Z"), ("AccountId", "123456789012"),
  ]

  /// The good document with some members replaced: by JSON, or by nothing.
  private static func document(_ changes: [String: String?]) -> String {
    var members = Dictionary(uniqueKeysWithValues: fields.map { ($0, "\"\($1)\"") })
    for (name, value) in changes { members[name] = value }
    return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  private static let odd: [Document] = [
    Document("F34", "without Code", document([:])),
    Document("F34", "with Code in capitals", document(["Code": "\"SUCCESS\""])),
    Document("F36", "Expiration with a fraction", document(["Expiration": "\"2030-03-17T17:46:40.000000Z\""])),
    Document("F36", "Expiration with an offset", document(["Expiration": "\"2030-03-17T18:46:40+01:00\""])),
    Document("F36", "no date", document(["Expiration": "\"soon\""]), .fails(.badAnswer, naming: "Expiration")),
    Document("F38", "a number for Code", document(["Code": "7"]), .fails(.badAnswer, naming: "Code")),
    Document("F38", "an empty Code", document(["Code": "\" \""]), .fails(.badAnswer, naming: "Code")),
    Document(
      "F39", "unknown fields",
      document(["Extra": "{\"a\":[1,null]}", "LastUpdated": "null", "Type": "7", "Version": "1"])),
    Document(
      "F39", "other names",
      document([
        "Token": nil, "Expiration": nil, "sessiontoken": "\"\(Planted.token)\"",
        "EXPIRESAT": "\"2030-03-17T17:46:40Z\"",
      ])),
  ]

  private static let ambiguous: [Document] = [
    ("a field twice", "AccessKeyId\":\"other\"", "the field AccessKeyId twice"),
    ("a field twice, with one value", "AccountId\":\"123456789012\"", "the field AccountId twice"),
    ("a field twice, once with an escape", "\\u0041ccessKeyId\":\"other\"", "the field AccessKeyId twice"),
    ("a field twice, once null", "Token\":null", "the field Token twice"),
    ("names in two letter cases", "accesskeyid\":\"other\"", "the field AccessKeyId twice"),
    ("an unknown field twice", "x\":1,\"x\":1", "contains a field twice"),
  ].map { Document("F38", $0, goodDocument.dropLast() + ",\"\($1)}", .fails(.badAnswer, naming: $2)) }

  /// The freedoms that RFC 8259 gives a writer.
  private static let written: [Document] =
    [
      Document("F38", "with escapes", document(["AccessKeyId": #""\u0041SIA\u0045XAMPLE""#])),
      Document("F38", "with white space", " \r\n\t" + goodDocument.replacing("\":", with: "\" :\n") + "\n"),
    ]
    + [
      #""\"\\\/\b\f\n\r\t\ud83D\uDe00\u0000ä😀""#, "[ ]", "[{ }, true,false , null]", #"{"x":1,"x":1}"#, "-0", "0.5E+09",
      "1e999", "-12.0e-7", "123456789012345678901234567890",
      String(repeating: "[", count: 63) + String(repeating: "]", count: 63),
    ].map { (value: String) in Document("F39", "an unknown field \(value.debugDescription)", document(["x": value])) }

  private static let miswritten: [Document] = [
    "01", "1.", ".5", "+1", "-", "1e", "1e+", "0x1", "NaN", "Infinity", "tru", "True", "nul", "'a'", "a", "",
    "[1,]", "[,]", "[1 2]", "[1", "{,}", "{x:1}", #"{"x"}"#, #"{"x":}"#, #"{"x":1,}"#,
    "\"\n\"", "\"\t\"", #""\x""#, #""\u12""#, #""\u+123""#, #""\"#,
    #""\uD800""#, #""\uD800x""#, #""\uD800\u0041""#, #""\uDC00""#,
    "1,", "1}", "1 // no", "/**/1", "}", "\u{A0}1",
  ].map {
    Document("F38", "an unknown field \($0.debugDescription)", document(["x": $0]), .fails(.badAnswer, naming: "JSON"))
  }

  private static let notJSON: [Document] = [
    ("cut short", String(goodDocument.dropLast(9))), ("empty", ""), ("an array", "[\(goodDocument)]"),
    ("null", "null"), ("a text", "\"hello\""), ("with a byte order mark", "\u{FEFF}" + goodDocument),
    ("with more after it", goodDocument + "{}"), ("twice", goodDocument + goodDocument), ("a brace", "{"),
    ("a comma", "{,}"),
    (
      "nested one deeper than the limit",
      "{\"x\":" + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}"
    ),
    ("nested deeply", String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000)),
    (
      "nested deeply in an unknown field",
      "{\"x\":" + String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000) + "}"
    ),
  ].map { Document("F38", $0, $1, .fails(.badAnswer, naming: "JSON")) }

  private static let incomplete: [[Document]] = fields.dropLast().map { name, _ in
    [
      Document("F35", "without \(name)", document([name: nil]), .fails(.badAnswer, naming: name)),
      Document("F35", "null for \(name)", document([name: "null"]), .fails(.badAnswer, naming: name)),
      Document("F35", "an empty \(name)", document([name: "\" \""]), .fails(.badAnswer, naming: name)),
      Document("F38", "a number for \(name)", document([name: "7"]), .fails(.badAnswer, naming: name)),
      Document("F38", "an object for \(name)", document([name: "{}"]), .fails(.badAnswer, naming: name)),
      Document(
        "F38", "quotation marks in \(name)", document([name: #""\"x\"""#]),
        .fails(.badAnswer, naming: name)),
    ]
  }
}
