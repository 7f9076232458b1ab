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
