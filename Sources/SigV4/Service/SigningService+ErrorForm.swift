extension SigningService {
  /// The form in which a service answers a rejected request.
  enum ErrorForm {
    /// S3's XML, with codes of its own (S3 API Reference, "Error responses").
    case s3
    /// The XML of services with the query and REST-XML protocols (STS API Reference, "Common Errors").
    case query
    /// The XML of EC2, with the codes of the query services (EC2 API Reference, "Error codes").
    case ec2
    /// Plain text, `CODE: MESSAGE`: VPC Lattice.
    case lattice
    /// JSON, of every other service, such as API Gateway and DynamoDB.
    case json
  }

  /// The form of the service's errors: that of S3 or Lattice if the service has their rules, otherwise by its name.
  ///
  /// A service with two protocols has the form of the newer one, which the AWS SDKs use: JSON for SQS.
  var errorForm: ErrorForm {
    switch payload {
    case .unsignedWhenPresigned: return .s3
    case .unsigned: return .lattice
    case .signed: break
    }
    switch name {
    case "ec2": return .ec2
    // The signing names of the SDKs' models with the protocols query and rest-xml.
    case "autoscaling", "cloudformation", "cloudfront", "cloudsearch", "elasticache", "elasticbeanstalk",
      "elasticloadbalancing", "iam", "monitoring", "rds", "redshift", "route53", "sdb", "sns", "sts":
      return .query
    default: return .json
    }
  }
}
