import Foundation
import SigV4

/// The Lattice GET, signed in a straight line with the library's interface: the fastest possible signer.
///
/// It checks, sorts and encodes nothing, so it is right for this one request, this key and this second. The library's additional
/// work makes a signature right for every request.
struct StraightLine {
  private let crypto: PreparedHash
  private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 4096)
  private let second = Int(SigningWork.time.timeIntervalSince1970)
  private let timestamp = "20150830T123600Z"
  private let scope = "20150830/us-west-2/vpc-lattice-svcs/aws4_request"

  init() {
    var key = Array("AWS4\(SigningWork.credentials.secretAccessKey)".utf8)
    for part in scope.split(separator: "/") {
      let step = PreparedHash(key: key)
      step.authenticate(Array(part.utf8), part.utf8.count)
      key = Array(UnsafeBufferPointer(start: step.digest, count: 32))
    }
    crypto = PreparedHash(key: key)
  }

  /// Signs the GET again and again; the signature is the library's.
  static func work() throws -> Measurement.Work {
    let line = StraightLine()
    var (mine, theirs) = (SigningWork.get, SigningWork.get)
    line.sign(&mine, with: SigningWork.credentials, at: SigningWork.time)
    try SigningWork.lattice.sign(&theirs, with: SigningWork.credentials, at: SigningWork.time)
    precondition(mine == theirs, "The straight line signs another way than the library.")
    return Measurement.Work { count in
      for _ in 0..<count {
        var copy = SigningWork.get
        line.sign(&copy, with: SigningWork.credentials, at: SigningWork.time)
      }
    }
  }

  private func sign(_ request: inout SignableRequest, with credentials: Credentials, at time: Date) {
    guard Int(time.timeIntervalSince1970.rounded(.down)) == second, let token = credentials.sessionToken else { return }
    var text = Writer(next: buffer)
    text.append("GET\n/\n\nhost:")
    text.append(request.headers[0].value)
    text.append("\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:")
    text.append(timestamp)
    text.append("\nx-amz-security-token:")
    text.append(token)
    text.append("\n\nhost;x-amz-content-sha256;x-amz-date;x-amz-security-token\nUNSIGNED-PAYLOAD")
    crypto.hash(buffer, text.next - buffer)

    text = Writer(next: buffer)
    text.append("AWS4-HMAC-SHA256\n")
    text.append(timestamp)
    text.append("\n")
    text.append(scope)
    text.append("\n")
    text.appendHex(crypto.digest)
    crypto.authenticate(buffer, text.next - buffer)

    text = Writer(next: buffer)
    text.append("AWS4-HMAC-SHA256 Credential=")
    text.append(credentials.accessKeyID)
    text.append("/")
    text.append(scope)
    text.append(", SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=")
    text.appendHex(crypto.digest)
    request.headers.reserveCapacity(5)
    request.headers.append(HeaderField("X-Amz-Date", timestamp))
    request.headers.append(HeaderField("X-Amz-Security-Token", token))
    request.headers.append(HeaderField("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))
    let authorization = UnsafeBufferPointer(start: buffer, count: text.next - buffer)
    request.headers.append(HeaderField("Authorization", String(decoding: authorization, as: UTF8.self)))
  }
}

/// Writes to memory that is large enough.
private struct Writer {
  var next: UnsafeMutablePointer<UInt8>

  @inline(__always)
  mutating func append(_ text: StaticString) {
    next.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    next += text.utf8CodeUnitCount
  }

  @inline(__always)
  mutating func append(_ text: String) {
    text.utf8.withContiguousStorageIfAvailable { bytes in
      guard let start = bytes.baseAddress else { return }
      next.update(from: start, count: bytes.count)
      next += bytes.count
    }
  }

  @inline(__always)
  mutating func appendHex(_ digest: UnsafePointer<UInt8>) {
    for index in 0..<32 {
      next[2 * index] = Self.digit(digest[index] >> 4)
      next[2 * index + 1] = Self.digit(digest[index] & 15)
    }
    next += 64
  }

  private static func digit(_ value: UInt8) -> UInt8 { (value > 9 ? 0x57 : 0x30) &+ value }
}
