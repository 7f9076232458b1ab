/// The error of a text that isn't a valid or supported auth policy.
public struct AuthPolicyError: Error, Hashable {
  /// The kind of problem.
  public enum Code: Sendable {
    /// The text isn't JSON, or an element is missing, misspelled or of the wrong type, which AWS rejects too.
    ///
    /// Or a path has no canonical form, so that no request could match it.
    case malformed
    /// An action, operator, condition key or kind of principal doesn't exist in VPC Lattice, or isn't supported here.
    case unsupported
  }

  /// The kind of problem.
  public let code: Code
  /// A description of the problem and its statement.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension AuthPolicyError: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}
