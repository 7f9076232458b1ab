/// The query parameters that presigning sets.
enum SigningParameters {
  static let names: Set<Substring> = [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Region-Set", "X-Amz-S3session-Token",
    "X-Amz-Security-Token",
    "X-Amz-Signature", "X-Amz-SignedHeaders",
  ]
}

extension String {
  /// Removes the parameters of an earlier presigning from a request target, and leaves every other byte as it is.
  mutating func removeSigningParameters() {
    guard mayHoldSigningParameters, let mark = utf8.firstIndex(of: 0x3F) else { return }
    let parameters = utf8[utf8.index(after: mark)...].split(separator: 0x26, omittingEmptySubsequences: false)
    let kept = parameters.filter { !SigningParameters.names.contains(Substring($0.prefix { $0 != 0x3D })) }
    guard kept.count < parameters.count else { return }
    self = self[..<mark] + (kept.isEmpty ? "" : "?" + kept.map { String(Substring($0)) }.joined(separator: "&"))
  }

  /// Whether something in the target begins as the parameters of signing do.
  private var mayHoldSigningParameters: Bool {
    withBytes { bytes in
      var next = bytes.firstIndex(of: 0x58, from: 1)  // X
      while let index = next {
        if bytes[index - 1] == 0x26 || bytes[index - 1] == 0x3F { return true }
        next = bytes.firstIndex(of: 0x58, from: index + 1)
      }
      return false
    }
  }
}
