/// What the name of an AWS host says of region and service.
struct HostParts {
  /// The region, where a label of the host looks like one.
  let region: String?
  /// What may be the service: the labels beside the region.
  let services: [String]

  init(_ request: SignableRequest) {
    let host = request.headers.first { $0.isNamed("host") }?.value ?? ""
    let labels = host.lowercased().prefix { $0 != ":" }.split(separator: ".").map { String($0) }
    guard labels.suffix(2) == ["amazonaws", "com"] || labels.suffix(2) == ["on", "aws"],
      let index = labels.lastIndex(where: Self.isRegion)
    else {
      region = nil
      services = []
      return
    }
    region = labels[index]
    services = index > 0 ? [labels[index - 1]] : []
  }

  /// Two letters, words, and a number: `us-west-2`, `us-gov-west-1`.
  private static func isRegion(_ label: String) -> Bool {
    let parts = label.split(separator: "-")
    return parts.count >= 3 && parts[0].utf8.count == 2 && parts[parts.count - 1].utf8.allSatisfy { 0x30...0x39 ~= $0 }
  }

  /// The regions that a setting is left at most often.
  static let regions = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "eu-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-south-1",
    "ca-central-1", "sa-east-1", "us-gov-west-1", "cn-north-1", "aws-global", "",
  ]

  /// The signing names that are mixed up most often.
  static let services = [
    "vpc-lattice-svcs", "vpc-lattice", "execute-api", "apigateway", "s3", "sts", "lambda", "es", "aoss", "dynamodb",
    "iam", "ec2", "service", "",
  ]
}
