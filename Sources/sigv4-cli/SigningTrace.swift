@preconcurrency import Foundation
import SigV4

/// The text that was signed, for people to read, without the values of headers and parameters that may be secret.
enum SigningTrace {
  /// The canonical request and the string to sign.
  static func text(of signed: SignedRequest) throws -> String {
    """
    canonical request (SHA-256 \(try signed.canonicalRequest.hash)):
    \(indented(try signed.canonicalRequest.shown { $0.redactingTokens }))
    string to sign:
    \(indented(try signed.stringToSign.text))
    signature: \(signed.signature)
    """
  }

  /// Writes the same to standard error.
  static func print(_ signed: SignedRequest) throws { note(try text(of: signed)) }

  /// Writes a line to standard error.
  static func note(_ line: String) {
    fputs(line + "\n", stderr)  // a FileHandle would trap where nothing can be written
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
  }
}
