#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Signer {
  /// Signs a policy for uploads by a browser: conditions for the fields that signing adds are put to its own.
  ///
  /// - Parameters:
  ///   - policy: What may be uploaded, and until when.
  ///   - credentials: The credentials to sign with; the form is good no longer than they are.
  ///   - time: The time of signing.
  /// - Returns: The fields to put to those of the form, before the file: `x-amz-algorithm`, `x-amz-credential`,
  ///   `x-amz-date`, `x-amz-security-token` where there is one, `policy` and `x-amz-signature`.
  /// - Throws: ``SigningError``, for SigV4a too, with which no forms are signed.
  public func signForm(
    _ policy: PostPolicy, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> [FormField] {
    let (fields, key) = try formFields(credentials, time)
    var policy = policy
    policy.conditions += fields.map { .equals($0.name, $0.value) }
    return try fields + Self.signed(try policy.document, key)
  }

  /// Signs a policy for uploads by a browser as it stands, byte for byte.
  ///
  /// - Parameters:
  ///   - document: The policy in JSON. It has conditions for the fields that signing adds: `x-amz-algorithm`,
  ///     `x-amz-credential`, `x-amz-date` and, with temporary credentials, `x-amz-security-token`.
  ///   - credentials: The credentials to sign with; the form is good no longer than they are.
  ///   - time: The time of signing, which is that of the condition on `x-amz-date`.
  /// - Returns: The fields to put to those of the form, before the file.
  /// - Throws: ``SigningError``, for SigV4a too, with which no forms are signed.
  public func signForm(
    policyDocument document: String, with credentials: Credentials, at time: Date = Date()
  ) throws(SigningError) -> [FormField] {
    let (fields, key) = try formFields(credentials, time)
    return try fields + Self.signed(document, key)
  }

  private func formFields(
    _ credentials: Credentials, _ time: Date
  ) throws(SigningError) -> (fields: [FormField], key: SigningKey) {
    guard algorithm == .hmacSHA256 else {
      throw SigningError(.invalidRegion, "Forms are signed with SigV4, for one region; SigV4a doesn't do.")
    }
    let context = try context(for: SignableRequest(method: "POST", target: "/", headers: []), credentials, time)
    var fields = [
      FormField("x-amz-algorithm", algorithm.rawValue),
      FormField("x-amz-credential", context.key.credential),
      FormField("x-amz-date", context.date.text),
    ]
    if let token = credentials.sessionToken {
      fields.append(FormField(service.sessionToken.formFieldName, token))
    }
    return (fields, context.key)
  }

  private static func signed(_ document: String, _ key: SigningKey) throws(SigningError) -> [FormField] {
    let policy = Data(document.utf8).base64EncodedString()
    let signature = try SigningScratch.withCurrent { (scratch) throws(SigningError) in
      scratch.buffer.append(policy)
      let signature = try key.appendSignature(
        for: 0..<scratch.buffer.count, to: &scratch.buffer, using: &scratch.state)
      return scratch.buffer.string(signature)
    }
    return [FormField("policy", policy), FormField("x-amz-signature", signature)]
  }
}
