import CSigV4OpenSSL

/// What no signer can do without: one SHA-256 over the canonical request and one HMAC over the string to sign, with a
/// prepared key, through the same OpenSSL calls as the library and nothing else.
struct Floor {
  private let canonicalRequest: [UInt8]
  private let stringToSign: [UInt8]
  private let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
  private let state = EVP_MD_CTX_new()
  private let inner = EVP_MD_CTX_new()
  private let outer = EVP_MD_CTX_new()
  private let digest = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)

  /// Keeps its contexts for as long as the benchmark runs.
  init(_ canonicalRequest: String, _ stringToSign: String) {
    self.canonicalRequest = Array(canonicalRequest.utf8)
    self.stringToSign = Array(stringToSign.utf8)
    for (context, pad) in [(inner, UInt8(0x36)), (outer, UInt8(0x5C))] {
      EVP_DigestInit_ex2(context, algorithm, nil)
      EVP_DigestUpdate(context, [UInt8](repeating: pad, count: 64), 64)
    }
    EVP_DigestInit_ex2(state, algorithm, nil)
  }

  var work: Measurement.Work {
    Measurement.Work { count in for _ in 0..<count { run() } }
  }

  private func run() {
    EVP_DigestInit_ex2(state, nil, nil)
    EVP_DigestUpdate(state, canonicalRequest, canonicalRequest.count)
    EVP_DigestFinal_ex(state, digest, nil)
    EVP_MD_CTX_copy_ex(state, inner)
    EVP_DigestUpdate(state, stringToSign, stringToSign.count)
    EVP_DigestFinal_ex(state, digest, nil)
    EVP_MD_CTX_copy_ex(state, outer)
    EVP_DigestUpdate(state, digest, 32)
    EVP_DigestFinal_ex(state, digest, nil)
  }
}

/// What no SigV4a signer can do without: one ECDSA signature with a prepared P-256 key.
struct AsymmetricFloor {
  private let context: OpaquePointer?
  private let digest = [UInt8](repeating: 0x61, count: 32)

  /// Keeps its key for as long as the benchmark runs.
  init() {
    let generation = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
    EVP_PKEY_keygen_init(generation)
    EVP_PKEY_CTX_set_group_name(generation, "P-256")
    var key: OpaquePointer?
    EVP_PKEY_generate(generation, &key)
    context = EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
    EVP_PKEY_sign_init(context)
  }

  var work: Measurement.Work {
    Measurement.Work { count in
      var signature = [UInt8](repeating: 0, count: 80)
      for _ in 0..<count {
        var length = signature.count
        EVP_PKEY_sign(context, &signature, &length, digest, digest.count)
      }
    }
  }
}
