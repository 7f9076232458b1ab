extension InstanceMetadataClient {
  /// The service, as the beginning of a sentence.
  var name: String { "Instance metadata at \(settings.endpoint)" }

  func error(_ code: CredentialError.Code, _ what: String) -> CredentialError {
    CredentialError(code, "\(name) \(what).")
  }

  /// What a failure to get any answer means.
  func error(_ error: TransportError, to method: String) -> any Error {
    switch error.code {
    case .cancelled:
      CancellationError()
    case .timedOut where method == "PUT":
      self.error(
        .timedOut,
        "didn't answer in time (\(error.message)). In a container the answer is lost on its way where"
          + " HttpPutResponseHopLimit is 1: set it to 2 in the instance's metadata options. Off EC2,"
          + " AWS_EC2_METADATA_DISABLED=true saves the wait")
    case .timedOut:
      self.error(.timedOut, "didn't answer in time (\(error.message))")
    case .cannotConnect:
      self.error(
        .notAvailable,
        "isn't there (\(error.message)): this is no EC2 instance, or its metadata is disabled or unreachable."
          + " AWS_EC2_METADATA_DISABLED=true saves the attempt")
    case .systemResources:
      self.error(.systemResources, "can't be reached: \(error.message)")
    case .invalidRequest:
      self.error(.misconfigured, "can't be asked: \(error.message)")
    default:
      self.error(.badAnswer, "gave no whole answer: \(error.message)")
    }
  }

  /// An answer with a status that ends the fetch.
  func unexpected(_ answer: TransportResponse, to request: String) -> CredentialError {
    let hint =
      switch answer.status {
      case 300..<400: ", a redirect, which isn't followed"
      case 403: ": HttpEndpoint may be disabled in the instance's metadata options"
      case 429, 500...: ", too often: it is overloaded or failing"
      default: ""
      }
    return error(.badAnswer, "answered \(answer.status) to \(request)\(hint)")
  }

  /// An answer that tells, with status 200, why there are no credentials; it may quote the request's token.
  func refusal(_ document: CredentialsDocument, to token: String?) -> CredentialError {
    let hint =
      document.code == "AssumeRoleUnauthorizedAccess"
      ? ". The role's trust policy must let ec2.amazonaws.com assume it" : ""
    let request = TransportRequest(
      url: settings.endpoint, headers: token.map { [HeaderField("X-aws-ec2-metadata-token", $0)] } ?? [])
    let reason = document.reason(without: SecretRuns(request, and: document.secrets))
    return error(.badAnswer, "has no credentials for the role\(reason)\(hint)")
  }
}
