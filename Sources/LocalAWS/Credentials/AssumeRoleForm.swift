import SigV4

/// The form of a request to STS.
struct AssumeRoleForm {
  enum Action {
    /// AssumeRole, which is signed.
    case signed
    /// AssumeRoleWithWebIdentity, which isn't.
    case withWebIdentity
    /// GetCallerIdentity, which is signed.
    case callerIdentity
  }

  private let fields: [String: String]
  /// The name of a repeated field.
  private let repeated: String?

  init(_ body: [UInt8]) {
    var fields: [String: String] = [:]
    var repeated: String?
    for pair in body.split(separator: UInt8(ascii: "&")) {
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      let value = Self.text(pair.dropFirst(name.count + 1))
      if fields.updateValue(value, forKey: Self.text(name)) != nil { repeated = Self.text(name) }
    }
    (self.fields, self.repeated) = (fields, repeated)
  }

  private static func text(_ encoded: ArraySlice<UInt8>) -> String {
    let spaced = encoded.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
    return String(decoding: spaced.percentDecoded, as: UTF8.self)
  }

  /// The value of a field; empty if the field is absent.
  subscript(_ name: String) -> String { fields[name] ?? "" }

  var action: Action {
    switch self["Action"] {
    case "AssumeRole": .signed
    case "GetCallerIdentity": .callerIdentity
    default: .withWebIdentity
    }
  }

  var durationSeconds: Int? { fields["DurationSeconds"].flatMap { Int($0) } }

  /// The error that STS returns before it reads the role or the token; `nil` if the form is valid.
  var problem: (code: String, message: String)? {
    if let repeated { return ("ValidationError", "\(repeated) must occur once") }
    let actions = ["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"]
    guard actions.contains(self["Action"]), self["Version"] == "2011-06-15" else {
      return (
        "InvalidAction", "Could not find operation \(self["Action"]) for version \(self["Version"])"
      )
    }
    if action == .callerIdentity { return nil }
    // The constraints of the API reference, in characters.
    var lengths = ["RoleArn": 20...2048, "RoleSessionName": 2...64]
    if action == .withWebIdentity { lengths["WebIdentityToken"] = 4...20_000 }
    for (name, allowed) in lengths.sorted(by: { $0.key < $1.key })
    where !allowed.contains(self[name].unicodeScalars.count) {
      return (
        "ValidationError",
        "\(name) must have length from \(allowed.lowerBound) to \(allowed.upperBound), and has \(self[name].unicodeScalars.count)"
      )
    }
    guard Principal.isName(self["RoleSessionName"]) else {
      return ("ValidationError", "RoleSessionName must satisfy the regular expression [\\w+=,.@-]*")
    }
    guard fields["DurationSeconds"] == nil || durationSeconds.map({ (900...43_200).contains($0) }) == true else {
      return ("ValidationError", "DurationSeconds must be from 900 to 43200")
    }
    return nil
  }
}
