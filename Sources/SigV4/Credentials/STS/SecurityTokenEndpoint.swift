/// Where AWS STS is asked.
enum SecurityTokenEndpoint {
  /// The suffixes of host names by the beginnings of regions (AWS General Reference, partitions).
  private static let suffixes = [
    ("cn-", "amazonaws.com.cn"), ("us-isob-", "sc2s.sgov.gov"), ("us-isof-", "csp.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk"),
  ]

  static let missingRegion = CredentialError(
    .misconfigured, "STS needs a region: set AWS_REGION, give one in code, or set region in the profile.")

  /// The base URL, without a trailing slash: the one that is given, or else that of the region.
  static func url(given: String?, region: String?) throws(CredentialError) -> String {
    if let given = given?.nonBlank {
      let base = given.withoutFinalSlashes
      guard let url = HTTPURL(base), url.target == "/", !base.contains("?") else {
        throw CredentialError(
          .misconfigured,
          "The endpoint of STS (AWS_ENDPOINT_URL_STS) must be a URL such as https://sts.us-west-2.amazonaws.com.")
      }
      return base
    }
    guard let region else { throw missingRegion }
    guard region.isRegionName else {
      throw CredentialError(.misconfigured, "\(region.quoted) is no region, such as us-west-2.")
    }
    let suffix = suffixes.first { region.hasPrefix($0.0) }?.1 ?? "amazonaws.com"
    return "https://sts.\(region).\(suffix)"
  }
}

extension String {
  /// Whether the text may be a region's name: lower-case letters, digits and hyphens.
  var isRegionName: Bool {
    !isEmpty && utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
