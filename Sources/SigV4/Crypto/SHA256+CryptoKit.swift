#if SwiftCrypto
  import Crypto
#elseif canImport(CryptoKit)
  import CryptoKit
#endif

#if SwiftCrypto || canImport(CryptoKit)
  #if SwiftCrypto
    private typealias Hash = Crypto.SHA256
  #else
    private typealias Hash = CryptoKit.SHA256
  #endif

  /// A SHA-256 in progress, by CryptoKit or swift-crypto; its state, which can replace a key, is wiped when it is freed.
  @safe struct SHA256: ~Copyable {
    /// Owned by this value alone, and freed with it; any number of threads copy it, one thread writes it.
    nonisolated(unsafe) private let state: UnsafeMutablePointer<Hash>

    init() throws(SigningError) {
      unsafe state = .allocate(capacity: 1)
      unsafe state.initialize(to: Hash())
    }

    deinit {
      // The library may store the state elsewhere and free it without wiping it: overwrite it with another block first.
      unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { block in
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe state.pointee.update(bufferPointer: UnsafeRawBufferPointer(block))
      }
      unsafe state.deinitialize(count: 1)
      unsafe UnsafeMutableRawPointer(state).wipe(byteCount: MemoryLayout<Hash>.size)
      unsafe state.deallocate()
    }

    /// Starts again.
    mutating func reset() throws(SigningError) {
      unsafe state.pointee = Hash()
    }

    /// Continues from the state of `other`.
    mutating func reset(to other: borrowing SHA256) throws(SigningError) {
      unsafe state.pointee = other.state.pointee
    }

    mutating func update(_ bytes: Span<UInt8>) throws(SigningError) {
      unsafe bytes.withUnsafeBufferPointer { unsafe state.pointee.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    mutating func finalize() throws(SigningError) -> SHA256Digest {
      var digest = SHA256Digest()
      unsafe state.pointee.finalize().withUnsafeBytes { source in
        unsafe digest.withMutableBytes { out in
          guard let bytes = source.baseAddress, source.count == SHA256Digest.byteCount else { return }
          unsafe UnsafeMutableRawPointer(out).copyMemory(from: bytes, byteCount: SHA256Digest.byteCount)
        }
      }
      return digest
    }

    /// Appends the hash to `buffer`, for a hash that is a key.
    mutating func finalize(to buffer: inout ByteBuffer) throws(SigningError) {
      unsafe state.pointee.finalize().withUnsafeBytes { bytes in
        unsafe buffer.append(bytes.bindMemory(to: UInt8.self).span)
      }
    }
  }
#endif
