import Foundation
import SigV4
import Synchronization
import Testing

@Suite struct PayloadTests {
  private func signature(_ payload: Payload) throws -> String {
    var request = SignableRequest(method: "PUT", target: "/", headers: [HeaderField("Host", "h")])
    return try Signer(service: .executeAPI, region: "r").sign(
      &request, payload: payload, with: Credentials(accessKeyID: "A", secretAccessKey: "s"),
      at: Date(timeIntervalSince1970: 0)
    ).signature
  }

  @Test func `bytes in any collection are a payload`() throws {
    let array = Array("0123".utf8)
    let payloads: [Payload] = [
      .bytes("0123".utf8), .bytes("a0123".utf8.dropFirst()), .bytes(Data(array)),
      .bytes(CollectionOfOne(0x30) + [0x31, 0x32, 0x33]),
      .bytes("3210".utf8.reversed()), .data(Data(array)),
    ]
    for payload in payloads {
      #expect(try signature(payload) == signature(.bytes(array)))
      #expect("\(payload)" == "Payload(4 bytes)")
    }
    #expect(try signature(.bytes("".utf8)) == signature(.empty))
  }

  @Test func `contiguous bytes are hashed in place, and only by services that sign payloads`() throws {
    let bytes = Contiguous(bytes: Array("0123".utf8))
    #expect(try signature(.bytes(bytes)) == signature(.bytes(bytes.bytes)))
    #expect(bytes.uses.withLock(\.self) == ["storage"])
    var request = SignableRequest(method: "PUT", target: "/", headers: [HeaderField("Host", "h")])
    try Signer(service: .vpcLattice, region: "r").sign(
      &request, payload: .bytes(bytes), with: Credentials(accessKeyID: "A", secretAccessKey: "s"))
    #expect(bytes.uses.withLock(\.self) == ["storage"])
  }

  /// Bytes that record how they are read.
  private final class Contiguous: Collection, Sendable {
    let bytes: [UInt8]
    let uses = Mutex<[String]>([])

    init(bytes: [UInt8]) { self.bytes = bytes }

    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }
    func index(after index: Int) -> Int { index + 1 }
    subscript(index: Int) -> UInt8 {
      uses.withLock { $0.append("element") }
      return bytes[index]
    }
    func withContiguousStorageIfAvailable<Value>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows
      -> Value?
    {
      uses.withLock { $0.append("storage") }
      return try bytes.withContiguousStorageIfAvailable(body)
    }
  }
}
