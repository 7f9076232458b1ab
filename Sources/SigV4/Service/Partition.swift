/// A group of AWS regions whose hosts share their domains (AWS General Reference, "Partitions"; botocore's
/// `partitions.json`).
struct Partition {
  /// The partition's name, as in an ARN.
  let name: String
  /// The beginnings of its regions' names.
  let regions: [String]
  /// The domain of `SERVICE.REGION.`, such as `amazonaws.com`.
  let domain: String
  /// The domain of dual-stack hosts: `SERVICE.REGION.api.` for services, `NAME.SERVICE.REGION.on.` for customers' resources.
  let dualStackDomain: String

  /// The partition of every region that isn't in another partition.
  private static let standard = Partition(
    name: "aws", regions: ["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-", "aws-"],
    domain: "amazonaws.com", dualStackDomain: "aws")

  /// All partitions, the standard one last.
  static let all = [
    Partition(
      name: "aws-cn", regions: ["cn-", "aws-cn-"], domain: "amazonaws.com.cn",
      dualStackDomain: "amazonwebservices.com.cn"),
    Partition(
      name: "aws-eusc", regions: ["eusc-"], domain: "amazonaws.eu", dualStackDomain: "amazonwebservices.eu"),
    Partition(
      name: "aws-iso", regions: ["us-iso-", "aws-iso-global"], domain: "c2s.ic.gov", dualStackDomain: "aws.ic.gov"),
    Partition(
      name: "aws-iso-b", regions: ["us-isob-", "aws-iso-b-"], domain: "sc2s.sgov.gov", dualStackDomain: "aws.scloud"),
    Partition(
      name: "aws-iso-e", regions: ["eu-isoe-", "aws-iso-e-"], domain: "cloud.adc-e.uk",
      dualStackDomain: "cloud-aws.adc-e.uk"),
    Partition(
      name: "aws-iso-f", regions: ["us-isof-", "aws-iso-f-"], domain: "csp.hci.ic.gov",
      dualStackDomain: "aws.hci.ic.gov"),
    Partition(
      name: "aws-us-gov", regions: ["us-gov-", "aws-us-gov-"], domain: "amazonaws.com", dualStackDomain: "aws"),
    standard,
  ]

  /// The areas that regions' names begin with, such as `us`.
  static let areas = Set(all.flatMap(\.regions).map { $0.prefix { $0 != "-" } }).subtracting(["aws"])

  /// The partition of a region.
  static func of(region: String) -> Partition {
    all.first { $0.regions.contains(where: region.hasPrefix) } ?? standard
  }
}
