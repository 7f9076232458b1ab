import CSigV4OpenSSL

/// The minimum work of a signer: one SHA-256 over the canonical request and one HMAC over the string to sign.
struct Floor {
  private let canonicalRequest: [UInt8]
  private let stringToSign: [UInt8]
  private let crypto = PreparedHash()

  init(_ canonicalRequest: String, _ stringToSign: String) {
    self.canonicalRequest = Array(canonicalRequest.utf8)
    self.stringToSign = Array(stringToSign.utf8)
  }

  var work: Measurement.Work { Measurement.Work { count in run(count) } }

  func run(_ count: Int) {
    for _ in 0..<count {
      crypto.hash(canonicalRequest, canonicalRequest.count)
      crypto.authenticate(stringToSign, stringToSign.count)
    }
  }
}

/// The minimum work of a SigV4a signer: one ECDSA signature with a prepared P-256 key.
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
