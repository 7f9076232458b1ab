/// The endpoint of AWS STS.
enum SecurityTokenEndpoint {
  static let missingRegion = CredentialError(
    .misconfigured, "STS needs a region: set AWS_REGION, give one in code, or set region in the profile.")

  /// The region of the endpoint that serves all regions, and the region that its requests are signed for.
  private static let global = (region: "aws-global", signing: "us-east-1")

  /// Returns the base URL of a region's endpoint, without a trailing slash.
  static func url(region: String?) throws(CredentialError) -> String {
    guard let region else { throw missingRegion }
    guard region.isRegionName else {
      throw CredentialError(.misconfigured, "Invalid region \(region.quoted): use a name such as us-west-2.")
    }
    let name = region == global.region ? "sts" : "sts.\(region)"
    return "https://\(name).\(Partition.of(region: region).domain)"
  }

  /// Returns the region for which requests to a region's endpoint are signed.
  static func signingRegion(_ region: String) -> String { region == global.region ? global.signing : region }

  /// Returns the base URL that the environment or the profile in use sets, without a trailing slash; `nil` if none does.
  ///
  /// The order is that of the AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
  static func configured(
    _ environment: [String: String], _ profiles: SharedProfiles?
  ) throws(CredentialError) -> String? {
    let ignores =
      try environment.setting("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
      ?? profiles?.inUse?["ignore_configured_endpoint_urls"]?.nonBlank
    guard ignores?.utf8.asciiLowercased != "true" else { return nil }
    for name in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] {
      if let url = try environment.setting(name) { return try checked(url, name) }
    }
    guard let (setting, url) = try profiles?.endpoint(of: "sts") else { return nil }
    return try checked(url, setting)
  }

  /// Returns the URL without trailing slashes.
  ///
  /// - Throws: ``CredentialError`` with the code `misconfigured` if it isn't a base URL, naming the setting.
  static func checked(_ url: String, _ setting: String) throws(CredentialError) -> String {
    let base = url.withoutFinalSlashes
    guard HTTPURL(base) != nil, !base.contains("?") else {
      throw CredentialError(
        .misconfigured,
        "Invalid endpoint of STS (\(setting)): use a URL such as https://sts.us-west-2.amazonaws.com, without quotation"
          + " marks, a user, a query or a fragment.")
    }
    return base
  }
}

extension String {
  /// Whether the text may be a region's name: lower-case letters, digits and hyphens.
  var isRegionName: Bool {
    !isEmpty && utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
