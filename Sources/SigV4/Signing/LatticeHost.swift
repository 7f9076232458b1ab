/// The region in the host name of a VPC Lattice service, `NAME.ID.vpc-lattice-svcs.REGION.on.aws`.
///
/// VPC Lattice User Guide, "Services": every service gets such a name, next to a custom one that says nothing of the region.
enum LatticeHost {
  static func region(of host: String) -> String? {
    let name = host.lowercased().split(separator: ":", maxSplits: 1).first ?? ""
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 5, labels.suffix(2) == ["on", "aws"], labels[labels.count - 4] == "vpc-lattice-svcs" else {
      return nil
    }
    return String(labels[labels.count - 3])
  }
}
