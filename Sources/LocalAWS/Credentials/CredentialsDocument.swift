import SigV4

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Temporary credentials in the JSON of instance metadata and container endpoints.
struct CredentialsDocument: Encodable {
  var code: String?
  var lastUpdated: String?
  var type: String?
  let accessKeyID: String
  let secretAccessKey: String
  let token: String?
  let expiration: String
  var accountID: String?
  var roleARN: String?

  /// The common part: keys, token and expiration; credentials without an expiration are valid for six hours.
  init(_ credentials: Credentials) {
    accessKeyID = credentials.accessKeyID
    secretAccessKey = credentials.secretAccessKey
    token = credentials.sessionToken
    expiration = (credentials.expiration ?? Date.now.addingTimeInterval(6 * 3600)).formatted(.iso8601)
  }

  private enum CodingKeys: String, CodingKey {
    case code = "Code"
    case lastUpdated = "LastUpdated"
    case type = "Type"
    case accessKeyID = "AccessKeyId"
    case secretAccessKey = "SecretAccessKey"
    case token = "Token"
    case expiration = "Expiration"
    case accountID = "AccountId"
    case roleARN = "RoleArn"
  }
}

extension LocalServer.Response {
  /// An answer whose body is a value as JSON, with its keys in alphabetical order.
  init(status: Int = 200, json value: some Encodable, contentType: String = "application/json") {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      let body = try encoder.encode(value)
      self.init(status: status, headers: [HeaderField("Content-Type", contentType)], body: Array(body))
    } catch {
      self.init(status: 500, text: "\(error)")
    }
  }
}
