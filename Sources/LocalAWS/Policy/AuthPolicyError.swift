/// Why a text isn't an auth policy that can be applied here.
public struct AuthPolicyError: Error, Hashable {
  /// The kind of problem.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// The text isn't JSON, or an element is missing, misspelt, or of the wrong shape, which AWS rejects too; or a path
    /// has no canonical form, so that nothing could match it.
    public static let malformed = Code("malformed")
    /// AWS knows the element, operator or condition key, and this stand-in doesn't.
    public static let unsupported = Code("unsupported")
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
