/// How a profile says that its credentials are had.
indirect enum ProfilePlan {
  /// Where `credential_source` leads.
  enum NamedSource: String {
    case environment = "Environment"
    case instanceMetadata = "Ec2InstanceMetadata"
    case container = "EcsContainer"
  }

  case keys(Credentials)
  case named(NamedSource)
  case webIdentity(WebIdentityCredentialProvider.Settings)
  case process(String)
  case role(AssumeRoleCredentialProvider.Settings, source: ProfilePlan)

  /// Reads the plan of a profile.
  ///
  /// A role goes before the profile's own keys; of a profile that is another's source, the keys go first (as in the AWS SDKs).
  ///
  /// - Parameters:
  ///   - name: The profile's name.
  ///   - profiles: All profiles.
  ///   - region: The region whose STS is asked; where left out, that of each profile.
  /// - Throws: ``CredentialError``: `notConfigured` where the profile has nothing to do with credentials, and
  ///   otherwise `misconfigured`.
  init(_ name: String, of profiles: SharedProfiles, region: String?) throws(CredentialError) {
    guard let properties = profiles[name] else {
      throw CredentialError(.misconfigured, "There is no profile \(name.quoted) in \(profiles.place).")
    }
    let profile = Profile(name: name, properties: properties)
    self = try Self(profile, of: profiles, region, path: [name])
  }

  private init(
    _ profile: Profile, of profiles: SharedProfiles, _ region: String?, path: [String]
  ) throws(CredentialError) {
    let isSource = path.count > 1
    if isSource, let keys = try profile.keys {
      self = .keys(keys)
    } else if let arn = profile["role_arn"], profile["source_profile"] != nil || profile["credential_source"] != nil {
      guard profile["mfa_serial"] == nil else { throw profile.unsupported("asks for an MFA code (mfa_serial)") }
      let settings = AssumeRoleCredentialProvider.Settings(
        roleARN: arn, roleSessionName: profile["role_session_name"], externalID: profile["external_id"],
        duration: try profile.duration, region: region ?? profile["region"])
      self = .role(settings, source: try Self.source(of: profile, of: profiles, region, path))
    } else if let file = profile["web_identity_token_file"] {
      guard let arn = profile["role_arn"] else { throw profile.flaw("has web_identity_token_file without role_arn") }
      self = .webIdentity(
        WebIdentityCredentialProvider.Settings(
          tokenFile: file, roleARN: arn, roleSessionName: profile["role_session_name"],
          region: region ?? profile["region"]))
    } else if let keys = try profile.keys {
      self = .keys(keys)
    } else if profile["sso_session"] != nil || profile["sso_account_id"] != nil || profile["sso_start_url"] != nil {
      throw profile.unsupported("signs in with IAM Identity Center (SSO)")
    } else if profile["login_session"] != nil {
      throw profile.unsupported("signs in with aws login")
    } else if let command = profile["credential_process"] {
      self = .process(command)
    } else if profile["role_arn"] != nil {
      throw profile.flaw("has role_arn and neither source_profile nor credential_source to assume it with")
    } else if isSource {
      throw profile.flaw("is another's source_profile and holds no credentials")
    } else {
      throw CredentialError(.notConfigured, "The profile \(profile.name.quoted) holds no credentials.")
    }
  }

  /// What assumes a profile's role.
  private static func source(
    of profile: Profile, of profiles: SharedProfiles, _ region: String?, _ path: [String]
  ) throws(CredentialError) -> ProfilePlan {
    switch (profile["source_profile"], profile["credential_source"]) {
    case (_?, _?):
      throw profile.flaw("has both source_profile and credential_source: remove one")
    case (nil, let name?):
      guard let source = NamedSource(rawValue: name) else {
        throw profile.flaw("has a credential_source that is none of Environment, Ec2InstanceMetadata and EcsContainer")
      }
      return .named(source)
    case (profile.name?, nil):
      guard let keys = try profile.keys else { throw profile.flaw("is its own source_profile and holds no keys") }
      return .keys(keys)
    case (let name, nil):
      let name = name ?? ""
      guard !path.contains(name) else {
        throw profile.flaw("closes a circle of source_profiles: \((path + [name]).joined(separator: ", "))".bounded)
      }
      guard let properties = profiles[name] else {
        throw profile.flaw("has the source_profile \(name.quoted), which isn't in \(profiles.place)")
      }
      return try Self(Profile(name: name, properties: properties), of: profiles, region, path: path + [name])
    }
  }
}

/// One profile, as far as credentials are concerned.
private struct Profile {
  let name: String
  let properties: [String: String]

  /// The value of a property; `nil` where it has none.
  subscript(_ property: String) -> String? { properties[property]?.nonBlank }

  /// The access key pair.
  var keys: Credentials? {
    get throws(CredentialError) {
      switch (self["aws_access_key_id"], self["aws_secret_access_key"]) {
      case (nil, nil): return nil
      case (_?, nil): throw flaw("has aws_access_key_id without aws_secret_access_key")
      case (nil, _?): throw flaw("has aws_secret_access_key without aws_access_key_id")
      case (let id?, let secret?):
        return Credentials(
          accessKeyID: id, secretAccessKey: secret, sessionToken: self["aws_session_token"],
          accountID: self["aws_account_id"])
      }
    }
  }

  var duration: Duration? {
    get throws(CredentialError) {
      guard let text = self["duration_seconds"] else { return nil }
      guard let seconds = Int(text) else { throw flaw("has a duration_seconds that is no whole number") }
      return .seconds(seconds)
    }
  }

  func flaw(_ what: String) -> CredentialError {
    CredentialError(.misconfigured, "The profile \(name.quoted) \(what).")
  }

  func unsupported(_ what: String) -> CredentialError {
    CredentialError(
      .misconfigured,
      "The profile \(name.quoted) \(what), which needs a person and isn't supported. Run `aws configure export-credentials"
        + " --profile \(name.bounded) --format env` and set the variables that it prints, or use a role.")
  }
}

extension String {
  /// The text, cut to 200 characters.
  fileprivate var bounded: String { String(prefix(200)) }
}
