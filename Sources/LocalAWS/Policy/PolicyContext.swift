import SigV4

/// The values of condition keys that a request itself doesn't have, such as the VPC it comes from and the caller's tags.
///
/// The defaults are those of AWS's examples: port 443 over TLS, the service network `sn-0123456789abcdef0`, and the VPC
/// `vpc-1a2b3c4d` of the account 123456789012.
public struct PolicyContext: Sendable, Hashable {
  /// The service network's ARN in AWS's examples.
  public static let exampleServiceNetworkARN =
    "arn:aws:vpc-lattice:us-west-2:123456789012:servicenetwork/sn-0123456789abcdef0"

  private(set) var values: [[UInt8]: [String]]

  /// Creates a context with the defaults.
  public init() {
    values = [:]
    for (name, value) in [
      ("aws:SecureTransport", "true"), ("vpc-lattice-svcs:Port", "443"),
      ("vpc-lattice-svcs:ServiceNetworkArn", Self.exampleServiceNetworkARN),
      ("vpc-lattice-svcs:SourceVpc", "vpc-1a2b3c4d"), ("vpc-lattice-svcs:SourceVpcOwnerAccount", "123456789012"),
    ] {
      values[Array(name.utf8.asciiLowercased.utf8)] = [value]
    }
  }

  /// Sets the values of a condition key, such as `aws:PrincipalTag/team`; no values remove it.
  ///
  /// - Throws: ``AuthPolicyError`` for an unknown key, and for a key that is read from each request.
  public mutating func set(_ key: String, to newValues: [String]) throws(AuthPolicyError) {
    guard let known = ConditionKey(key) else {
      throw AuthPolicyError(
        .unsupported, "the condition key \(key.debugDescription) isn't supported" + ConditionKey.remedy(for: key))
    }
    guard !known.isOfRequest else {
      throw AuthPolicyError(.malformed, "the condition key \(known.name) is read from each request")
    }
    // An empty list also hides a value that would be computed.
    values[known.id] = newValues
  }
}
