#if SwiftCrypto
  import Crypto
#elseif canImport(CryptoKit)
  import CryptoKit
#endif

#if SwiftCrypto || canImport(CryptoKit)
  /// A SHA-256 in progress, over CryptoKit or swift-crypto.
  struct SHA256: ~Copyable {
    #if SwiftCrypto
      private var state = Crypto.SHA256()
    #else
      private var state = CryptoKit.SHA256()
    #endif

    init() throws(SigningError) {}

    /// Starts anew.
    mutating func reset() throws(SigningError) {
      state = .init()
    }

    /// Takes up what `other` has hashed so far.
    mutating func reset(to other: borrowing SHA256) throws(SigningError) {
      state = other.state
    }

    mutating func update(_ bytes: Span<UInt8>) throws(SigningError) {
      unsafe bytes.withUnsafeBufferPointer { unsafe state.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    mutating func finalize() throws(SigningError) -> SHA256Digest {
      var digest = SHA256Digest()
      unsafe state.finalize().withUnsafeBytes { source in
        unsafe digest.withMutableBytes { out in
          guard let bytes = source.baseAddress, source.count == SHA256Digest.byteCount else { return }
          unsafe UnsafeMutableRawPointer(out).copyMemory(from: bytes, byteCount: SHA256Digest.byteCount)
        }
      }
      return digest
    }
  }
#endif
