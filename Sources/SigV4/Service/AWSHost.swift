/// Reads the region from the host name of a VPC Lattice service, `NAME.ID.vpc-lattice-svcs.REGION.on.aws`.
///
/// VPC Lattice User Guide, "Services": every service has such a name, and may have a custom one that doesn't name the
/// region. Other partitions have other domains than `aws`.
enum LatticeHost {
  private static let domains = Set(Partition.all.map { "on." + $0.dualStackDomain })

  static func region(of host: String) -> String? {
    let name = host.lowercased().split(separator: ":", maxSplits: 1).first ?? ""
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let index = labels.firstIndex(of: "vpc-lattice-svcs"), index > 0, index + 2 < labels.count,
      domains.contains(labels[(index + 2)...].joined(separator: "."))
    else { return nil }
    return String(labels[index + 1])
  }
}

/// The region and the service that the name of an AWS host contains.
struct HostParts {
  /// The labels of an AWS host, in lower case; empty for any other host.
  let labels: [String]
  /// The region, where a label of the host looks like one.
  let region: String?
  /// The labels next to the region, one of which may be the service.
  let services: [String]
  /// The signing name of the labels next to the region, if that is certain.
  let service: String?

  /// The labels that always belong to one signing name, whatever comes before them.
  private static let signingNames = [
    "vpc-lattice-svcs": "vpc-lattice-svcs", "execute-api": "execute-api", "s3": "s3", "es": "es", "aoss": "aoss",
    "sts": "sts", "dynamodb": "dynamodb", "lambda": "lambda", "lambda-url": "lambda",
  ]
  private static let suffixes = Partition.all.flatMap { partition in
    [partition.domain, "on." + partition.dualStackDomain, "api." + partition.dualStackDomain].map {
      $0.split(separator: ".").map { String($0) }
    }
  }

  /// Reads the value of `Host`.
  init(_ host: String) {
    let labels = host.utf8.asciiLowercased.utf8.prefix { $0 != UInt8(ascii: ":") }
      .split(separator: UInt8(ascii: ".")).map { String(Substring($0)) }
    let isAWS = Self.suffixes.contains { labels.suffix($0.count) == $0[...] }
    self.labels = isAWS ? labels : []
    // A region before s3 is a part of the bucket's name.
    guard isAWS, let index = labels.lastIndex(where: Self.isRegion), labels[index + 1] != "s3"
    else {
      region = nil
      services = []
      service = nil
      return
    }
    region = labels[index]
    // s3.dualstack.us-west-2…, and us-west-2.es… the other way about.
    let before = labels[..<index].last { $0 != "dualstack" }
    services = [before, labels[index + 1]].compactMap { $0 }
    service = services.lazy.compactMap { Self.signingNames[$0] }.first
  }

  /// An area, words of which the last ends in a direction, and a number: `us-west-2`, `us-gov-west-1`, `eusc-de-east-1`.
  private static func isRegion(_ label: String) -> Bool {
    let parts = label.split(separator: "-")
    guard parts.count >= 3, Partition.areas.contains(parts[0]) else { return false }
    return parts[parts.count - 1].utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      && ["north", "south", "east", "west", "central"].contains { parts[parts.count - 2].hasSuffix($0) }
  }
}
