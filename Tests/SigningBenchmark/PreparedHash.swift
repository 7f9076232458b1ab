import CSigV4OpenSSL

/// SHA-256, and HMAC with a key that has been prepared, through the same OpenSSL calls as the library and nothing else.
///
/// Its contexts are kept for as long as the benchmark runs.
struct PreparedHash {
  /// The 32 bytes of the last result.
  let digest = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
  private let state = EVP_MD_CTX_new()
  private let inner = EVP_MD_CTX_new()
  private let outer = EVP_MD_CTX_new()

  /// Creates a hash with a key of at most 64 bytes.
  init(key: [UInt8] = []) {
    let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
    for (context, pad) in [(inner, UInt8(0x36)), (outer, UInt8(0x5C))] {
      EVP_DigestInit_ex2(context, algorithm, nil)
      EVP_DigestUpdate(context, (0..<64).map { $0 < key.count ? key[$0] ^ pad : pad }, 64)
    }
    EVP_DigestInit_ex2(state, algorithm, nil)
  }

  @inline(__always)
  func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    EVP_DigestInit_ex2(state, nil, nil)
    EVP_DigestUpdate(state, bytes, count)
    EVP_DigestFinal_ex(state, digest, nil)
  }

  @inline(__always)
  func authenticate(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    EVP_MD_CTX_copy_ex(state, inner)
    EVP_DigestUpdate(state, bytes, count)
    EVP_DigestFinal_ex(state, digest, nil)
    EVP_MD_CTX_copy_ex(state, outer)
    EVP_DigestUpdate(state, digest, 32)
    EVP_DigestFinal_ex(state, digest, nil)
  }
}
