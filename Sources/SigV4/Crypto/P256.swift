#if SwiftCrypto
  import Crypto
#elseif canImport(CryptoKit)
  import CryptoKit
#else
  import CSigV4OpenSSL
#endif
#if SwiftCrypto && canImport(FoundationEssentials)
  import FoundationEssentials
#elseif SwiftCrypto || canImport(CryptoKit)
  import Foundation
#endif

/// The curve of SigV4a's signatures (FIPS 186-5, P-256).
enum P256 {
  /// The order of the group minus two, big-endian: the largest candidate that key derivation accepts.
  static let orderMinusTwo: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F,
  ]

  /// The order of the group, big-endian.
  private static let order: [UInt8] = orderMinusTwo.dropLast() + [0x51]

  /// Returns r and the lesser of s and n − s, 32 bytes each, which a signature in DER and its twin `(r, n − s)` share.
  ///
  /// - Returns: `nil` if the bytes aren't a signature on this curve.
  static func normalForm(ofSignature der: [UInt8]) -> [UInt8]? {
    guard der.count >= 2, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
    var rest = der[2...]
    guard let r = integer(&rest), let s = integer(&rest), rest.isEmpty else { return nil }
    let twin = orderMinus(s)
    return r + (twin.lexicographicallyPrecedes(s) ? twin : s)
  }

  /// Returns the next INTEGER of DER, padded to 32 bytes; `nil` if there is none, or if it is longer.
  private static func integer(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    guard rest.popFirst() == 0x02, let count = rest.popFirst(), rest.count >= Int(count) else { return nil }
    let digits = rest.prefix(Int(count)).drop { $0 == 0 }
    guard digits.count <= 32 else { return nil }
    rest = rest.dropFirst(Int(count))
    return [UInt8](repeating: 0, count: 32 - digits.count) + digits
  }

  /// n − `number`, modulo 2^256.
  private static func orderMinus(_ number: [UInt8]) -> [UInt8] {
    var difference = order
    var borrow = 0
    for index in difference.indices.reversed() {
      let digit = Int(order[index]) - Int(number[index]) - borrow
      difference[index] = UInt8(truncatingIfNeeded: digit)
      borrow = digit < 0 ? 1 : 0
    }
    return difference
  }

  /// The 32-byte coordinates of a point.
  struct Point: Sendable, Hashable {
    var x: [UInt8]
    var y: [UInt8]

    /// The uncompressed form of SEC 1: 0x04, x, y.
    var uncompressed: [UInt8] { [0x04] + x + y }

    init(x: [UInt8], y: [UInt8]) {
      self.x = x
      self.y = y
    }

    init?(uncompressed bytes: [UInt8]) {
      guard bytes.count == 65, bytes[0] == 0x04 else { return nil }
      x = Array(bytes[1...32])
      y = Array(bytes[33...64])
    }
  }
}

#if !SwiftCrypto && !canImport(CryptoKit)
  extension P256 {
    /// A private key, ready to sign.
    @safe final class PrivateKey: Sendable {
      let publicKey: Point
      /// A context prepared for signing, owned by this object; nothing writes it again, because each signature uses a duplicate.
      nonisolated(unsafe) private let prepared: OpaquePointer

      /// Creates a key from a scalar of 32 bytes, big-endian, between 1 and the order of the group minus one.
      init(scalar: borrowing ByteBuffer) throws(SigningError) {
        let number = unsafe scalar.withBytes { scalar in
          unsafe scalar.withUnsafeBufferPointer {
            unsafe BN_bin2bn($0.baseAddress, Int32(clamping: $0.count), BN_secure_new())
          }
        }
        defer { unsafe BN_clear_free(number) }
        publicKey = try unsafe Self.publicKey(of: number)
        let key = try unsafe P256.key(publicKey, scalar: number)
        defer { unsafe EVP_PKEY_free(key) }
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else {
          throw .crypto("libcrypto can't sign with P-256")
        }
        guard unsafe EVP_PKEY_sign_init(context) == 1 else {
          unsafe EVP_PKEY_CTX_free(context)
          throw .crypto("libcrypto can't sign with P-256")
        }
        unsafe prepared = context
      }

      deinit { unsafe EVP_PKEY_CTX_free(prepared) }

      /// Returns an ECDSA signature over the SHA-256 of `message`, in DER.
      ///
      /// It overwrites `state`.
      func signature(for message: Span<UInt8>, using state: inout SHA256) throws(SigningError) -> [UInt8] {
        try state.reset()
        try state.update(message)
        let digest = try state.finalize()
        guard let context = unsafe EVP_PKEY_CTX_dup(prepared) else { throw .crypto("libcrypto can't sign with P-256") }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 80)
        var length = signature.count
        let result = digest.withBytes { digest in
          unsafe digest.withUnsafeBufferPointer {
            unsafe EVP_PKEY_sign(context, &signature, &length, $0.baseAddress, $0.count)
          }
        }
        guard result == 1 else { throw .crypto("libcrypto can't sign with P-256") }
        signature.removeLast(signature.count - length)
        return signature
      }

      private static func publicKey(of number: OpaquePointer?) throws(SigningError) -> Point {
        guard let group = unsafe EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1) else {
          throw .crypto("libcrypto has no P-256")
        }
        defer { unsafe EC_GROUP_free(group) }
        let point = unsafe EC_POINT_new(group)
        defer { unsafe EC_POINT_free(point) }
        var bytes = [UInt8](repeating: 0, count: 65)
        guard unsafe number != nil, unsafe point != nil,
          unsafe EC_POINT_mul(group, point, number, nil, nil, nil) == 1,
          unsafe EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, &bytes, bytes.count, nil)
            == bytes.count,
          let publicKey = Point(uncompressed: bytes)
        else { throw .crypto("libcrypto can't compute on P-256") }
        return publicKey
      }
    }

    /// Whether the owner of `publicKey` made `signature`, in DER, over the SHA-256 of `message`.
    static func isValid(
      _ signature: [UInt8], for message: Span<UInt8>, by publicKey: Point
    ) throws(SigningError) -> Bool {
      let digest = try SHA256.hash(message).bytes
      // A point that isn't on the curve isn't a key, and has signed nothing.
      guard let key = unsafe try? key(publicKey, scalar: nil) else { return false }
      defer { unsafe EVP_PKEY_free(key) }
      guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else {
        throw .crypto("libcrypto can't verify with P-256")
      }
      defer { unsafe EVP_PKEY_CTX_free(context) }
      guard unsafe EVP_PKEY_verify_init(context) == 1 else { throw .crypto("libcrypto can't verify with P-256") }
      return unsafe EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
    }

    /// A key of libcrypto, owned by the caller; private if there is a scalar.
    private static func key(_ point: Point, scalar: OpaquePointer?) throws(SigningError) -> OpaquePointer {
      guard let parameters = unsafe parameters(point, scalar: scalar) else {
        throw .crypto("libcrypto can't read a P-256 key")
      }
      defer { unsafe OSSL_PARAM_free(parameters) }
      let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
      defer { unsafe EVP_PKEY_CTX_free(context) }
      var key: OpaquePointer?
      let selection = unsafe scalar == nil ? CSIGV4_EVP_PKEY_PUBLIC_KEY : CSIGV4_EVP_PKEY_KEYPAIR
      guard unsafe context != nil, unsafe EVP_PKEY_fromdata_init(context) == 1,
        unsafe EVP_PKEY_fromdata(context, &key, selection, parameters) == 1, let key = unsafe key
      else { throw .crypto("libcrypto rejects a P-256 key") }
      return unsafe key
    }

    /// The parameters of a key, owned by the caller.
    ///
    /// The builder points to the bytes of the point until it has built the parameters, so the point must live until then.
    private static func parameters(_ point: Point, scalar: OpaquePointer?) -> UnsafeMutablePointer<OSSL_PARAM>? {
      let builder = unsafe OSSL_PARAM_BLD_new()
      defer { unsafe OSSL_PARAM_BLD_free(builder) }
      return unsafe point.uncompressed.withUnsafeBufferPointer { bytes in
        guard unsafe builder != nil,
          unsafe OSSL_PARAM_BLD_push_utf8_string(builder, CSIGV4_GROUP_NAME, CSIGV4_P256, 0) == 1,
          unsafe OSSL_PARAM_BLD_push_octet_string(builder, CSIGV4_PUBLIC_KEY, bytes.baseAddress, bytes.count) == 1,
          unsafe scalar == nil || OSSL_PARAM_BLD_push_BN(builder, CSIGV4_PRIVATE_KEY, scalar) == 1
        else { return nil }
        return unsafe OSSL_PARAM_BLD_to_param(builder)
      }
    }
  }
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
