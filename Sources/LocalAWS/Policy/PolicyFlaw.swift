/// The error in one text of a policy, to which the reader of the policy adds the place.
struct PolicyFlaw: Error {
  let code: AuthPolicyError.Code
  let message: String

  static func malformed(_ message: String) -> PolicyFlaw { PolicyFlaw(code: .malformed, message: message) }
  static func unsupported(_ message: String) -> PolicyFlaw { PolicyFlaw(code: .unsupported, message: message) }
}
