/// The URL of container credentials, and the rule for where it may lead.
enum ContainerEndpoint {
  /// Where ECS's relative URIs lead.
  private static let ecs = "http://169.254.170.2"

  /// The hosts that `http` may lead to, beside 127.0.0.0/8: this machine, and the agents of ECS and EKS.
  private static let hosts = ["localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"]

  /// The URL that the two variables tell, of which the relative one counts first.
  static func url(relative: String?, full: String?) throws(CredentialError) -> String {
    if let relative {
      let url = ecs + relative
      // Without the slash, the value would go on with the host's name.
      guard relative.hasPrefix("/"), HTTPURL(url) != nil else {
        throw CredentialError(
          .misconfigured, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path that begins with a slash.")
      }
      return url
    }
    guard let full else {
      throw CredentialError(
        .notConfigured,
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI aren't set.")
    }
    guard let url = HTTPURL(full) else {
      throw CredentialError(
        .misconfigured,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI must be a URL such as http://169.254.170.23/v1/credentials, without a user"
          + " or a fragment.")
    }
    guard url.scheme == .https || isAllowed(url.host.lowercased()) else {
      throw CredentialError(
        .misconfigured,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI leads to \(url.host.quoted), and http may lead only to localhost, 127.0.0.0/8,"
          + " [::1], 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]. Use https, or one of these.")
    }
    return full
  }

  private static func isAllowed(_ host: String) -> Bool {
    if hosts.contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy(isOctet)
  }

  /// Whether `text` is a number of 0 to 255 as decimal digits, without a leading zero, which some read as octal.
  private static func isOctet(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } && (text == "0" || !text.hasPrefix("0")) && UInt8(text) != nil
  }
}
