import CSigV4OpenSSL

/// What no signer can do without: one SHA-256 over the canonical request and one HMAC over the string to sign, with a
/// prepared key, through the same OpenSSL calls as the library and nothing else.
final class Floor {
  private let canonicalRequest: [UInt8]
  private let stringToSign: [UInt8]
  private let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
  private let state = EVP_MD_CTX_new()
  private let inner = EVP_MD_CTX_new()
  private let outer = EVP_MD_CTX_new()
  private var digest = [UInt8](repeating: 0, count: 32)

  init(_ canonicalRequest: String, _ stringToSign: String) {
    self.canonicalRequest = Array(canonicalRequest.utf8)
    self.stringToSign = Array(stringToSign.utf8)
    for (context, pad) in [(inner, UInt8(0x36)), (outer, UInt8(0x5C))] {
      EVP_DigestInit_ex2(context, algorithm, nil)
      EVP_DigestUpdate(context, [UInt8](repeating: pad, count: 64), 64)
    }
  }

  deinit {
    for context in [state, inner, outer] { EVP_MD_CTX_free(context) }
    EVP_MD_free(algorithm)
  }

  func run() {
    EVP_DigestInit_ex2(state, algorithm, nil)
    EVP_DigestUpdate(state, canonicalRequest, canonicalRequest.count)
    EVP_DigestFinal_ex(state, &digest, nil)
    EVP_MD_CTX_copy_ex(state, inner)
    EVP_DigestUpdate(state, stringToSign, stringToSign.count)
    EVP_DigestFinal_ex(state, &digest, nil)
    EVP_MD_CTX_copy_ex(state, outer)
    EVP_DigestUpdate(state, digest, digest.count)
    EVP_DigestFinal_ex(state, &digest, nil)
  }
}
