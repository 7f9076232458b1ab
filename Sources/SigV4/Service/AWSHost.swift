/// The region and the service that the name of an AWS host contains.
///
/// The forms are `SERVICE.REGION.amazonaws.com`, `SERVICE.REGION.api.aws` and `NAME.ID.SERVICE.REGION.on.aws`, each with the
/// domain of its ``Partition`` (AWS General Reference, "AWS service endpoints"; VPC Lattice User Guide, "Services").
package struct AWSHost {
  /// The labels in lower case; empty for any other host.
  let labels: [String]
  /// The region; `nil` if the host is for all regions.
  package let region: String?
  /// The labels next to the region, one of which may be the service.
  package let services: [String]
  /// The signing name of the labels next to the region, if that is certain.
  package let service: String?
  /// Whether the host is one of AWS's.
  package var isAWS: Bool { !labels.isEmpty }

  /// The labels that always belong to one signing name, whatever comes before them.
  private static let signingNames = [
    "vpc-lattice-svcs": "vpc-lattice-svcs", "execute-api": "execute-api", "s3": "s3", "es": "es", "aoss": "aoss",
    "sts": "sts", "dynamodb": "dynamodb", "lambda": "lambda", "lambda-url": "lambda",
  ]
  /// The domains of services, each after a dot, and whether the label before them is always a region.
  private static let domains: [(domain: String, followsRegion: Bool)] = Partition.all.flatMap { partition in
    [
      ("." + partition.domain, false), (".on." + partition.dualStackDomain, true),
      (".api." + partition.dualStackDomain, false),
    ]
  }

  /// Reads the value of `Host`.
  package init(_ host: String) {
    var name = host.withBytes { bytes in
      let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
      return (0..<end).map { bytes[$0].asciiLowercased }
    }
    // A dot at the end makes a name absolute (RFC 1034, 3.1).
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    guard
      let (domain, followsRegion) = Self.domains.first(where: {
        name.suffix($0.domain.utf8.count).elementsEqual($0.domain.utf8)
      })
    else {
      self.init(labels: [], regionIndex: nil)
      return
    }
    var labels: [String] = []
    for label in name.split(separator: UInt8(ascii: ".")) {
      let label = String(decoding: label, as: UTF8.self)
      // Old hosts of S3 have a hyphen: s3-us-west-2.amazonaws.com.
      let region = label.hasPrefix("s3-") ? String(label.dropFirst("s3-".count)) : ""
      if region.isRegion { labels += ["s3", region] } else { labels.append(label) }
    }
    let last = labels.count - domain.utf8.count { $0 == UInt8(ascii: ".") } - 1
    if last >= 0, followsRegion ? labels[last].endsInNumber : labels[last].isRegion {
      self.init(labels: labels, regionIndex: last)
    } else if last >= 1, labels[last - 1].isRegion, !labels[last].hasPrefix("s3") {
      // us-west-2.es.amazonaws.com; before s3, and further from the end, it is a part of a bucket's name.
      self.init(labels: labels, regionIndex: last - 1)
    } else {
      self.init(labels: labels, regionIndex: nil)
    }
  }

  private init(labels: [String], regionIndex index: Int?) {
    self.labels = labels
    guard let index else {
      region = nil
      services = []
      service = nil
      return
    }
    region = labels[index]
    // The service precedes the region, as in s3.dualstack.us-west-2, or follows it, as in us-west-2.es.
    let before = labels[..<index].last { $0 != "dualstack" }
    services = [before, labels[index + 1]].compactMap { $0 }
    service = services.lazy.compactMap { Self.signingNames[$0] }.first
  }
}

extension String {
  /// Whether this is an area, words of which the last ends in a direction, and a number: `us-west-2`, `us-gov-west-1`.
  fileprivate var isRegion: Bool {
    let parts = utf8.split(separator: UInt8(ascii: "-"))
    guard parts.count >= 3, Partition.areas.contains(Substring(parts[0])) else { return false }
    return endsInNumber
      && ["north", "south", "east", "west", "central"].contains { Substring(parts[parts.count - 2]).hasSuffix($0) }
  }

  /// Whether this is words and a number, joined by hyphens, as the names of all regions are, also of new areas.
  fileprivate var endsInNumber: Bool {
    let parts = utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 2, let number = parts.last, !number.isEmpty else { return false }
    return number.allSatisfy(\.isASCIIDigit) && utf8.allSatisfy { $0 > ASCII.space && $0 < ASCII.delete }
  }
}
