#if SwiftCrypto
  import Crypto
#elseif canImport(CryptoKit)
  import CryptoKit
#endif
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if SwiftCrypto || canImport(CryptoKit)
  #if SwiftCrypto
    private typealias Signing = Crypto.P256.Signing
  #else
    private typealias Signing = CryptoKit.P256.Signing
  #endif

  extension P256 {
    /// A private key, ready to sign.
    final class PrivateKey: Sendable {
      let publicKey: Point
      private let key: Signing.PrivateKey

      /// Creates a key from a scalar of 32 bytes, big-endian, between 1 and the order of the group minus one.
      init(scalar: borrowing ByteBuffer) throws(SigningError) {
        let imported = scalar.withBytes { scalar in
          unsafe scalar.withUnsafeBytes { unsafe try? Signing.PrivateKey(rawRepresentation: $0) }
        }
        guard let key = imported,
          let point = Point(uncompressed: Array(key.publicKey.x963Representation))
        else { throw .crypto("The crypto library rejects a P-256 key") }
        self.key = key
        publicKey = point
      }

      /// An ECDSA signature over the SHA-256 of `message`, in DER; `state` isn't used.
      func signature(for message: Span<UInt8>, using state: inout SHA256) throws(SigningError) -> [UInt8] {
        let data = unsafe message.withUnsafeBufferPointer { unsafe Data($0) }
        guard let signature = try? key.signature(for: data) else {
          throw .crypto("The crypto library can't sign with P-256")
        }
        return Array(signature.derRepresentation)
      }
    }

    /// Whether the owner of `publicKey` made `signature`, in DER, over the SHA-256 of `message`.
    static func isValid(
      _ signature: [UInt8], for message: Span<UInt8>, by publicKey: Point
    ) throws(SigningError) -> Bool {
      let data = unsafe message.withUnsafeBufferPointer { unsafe Data($0) }
      guard let key = try? Signing.PublicKey(x963Representation: publicKey.uncompressed),
        let signature = try? Signing.ECDSASignature(derRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: data)
    }
  }
#endif
