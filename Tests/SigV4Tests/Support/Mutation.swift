import SigV4

/// A request with one byte changed.
struct Mutation {
  /// The part of the request that contains the byte.
  enum Place {
    case method
    case target
    case headerName(Int)
    case headerValue(Int)
  }

  let original: SignableRequest
  let request: SignableRequest
  let place: Place
  /// The index of the byte in that part.
  let offset: Int

  /// The bits to change in the byte at `offset`: the lowest, the letter case, and two more, in rotation, so that neighbors
  /// change in different ways.
  static func mask(at offset: Int) -> UInt8 {
    switch offset % 3 {
    case 0: 0x01
    case 1: 0x20
    default: 0x06
    }
  }

  /// Calls `body` for each byte of the method, target, header names and header values of `request`.
  ///
  /// - Parameters:
  ///   - request: The request to change.
  ///   - turn: The start of the rotation. A different number for each vector changes each byte in all ways.
  ///   - body: Called with each change.
  static func forEach(of request: SignableRequest, turn: Int, _ body: (Mutation) throws -> Void) rethrows {
    let parts: [(Place, WritableKeyPath<SignableRequest, String>)] =
      [(.method, \.method), (.target, \.target)]
      + request.headers.indices.flatMap { index in
        [(.headerName(index), \.headers[index].name), (.headerValue(index), \.headers[index].value)]
      }
    for (place, path) in parts {
      let bytes = Array(request[keyPath: path].utf8)
      for offset in bytes.indices {
        var changed = bytes
        changed[offset] ^= mask(at: offset + turn)
        var mutant = request
        mutant[keyPath: path] = String(decoding: changed, as: UTF8.self)
        try body(Mutation(original: request, request: mutant, place: place, offset: offset))
      }
    }
  }

  /// Whether a service with these rules ignores the change, computed without the library's canonicalizer.
  func meansNothing(_ rules: SigningService, signedHeaders: [String]) -> Bool {
    switch place {
    case .method: false
    case .target: isEscapeInQuery || rules.pathNormalization == .normalized && hasTheSamePath
    case .headerName(let index):
      isUnsigned(index, signedHeaders)
        || request.headers[index].name.lowercased() == original.headers[index].name.lowercased()
    case .headerValue(let index):
      isUnsigned(index, signedHeaders)
        || Self.words(request.headers[index].value) == Self.words(original.headers[index].value)
    }
  }

  private func isUnsigned(_ index: Int, _ signedHeaders: [String]) -> Bool {
    let name = original.headers[index].name.lowercased()
    return !signedHeaders.contains(name) && name != "authorization" && !name.hasPrefix("x-amz-")
  }

  /// The words of a value, which white space separates.
  private static func words(_ value: String) -> [[UInt8]] {
    value.utf8.split { $0 == 0x20 || 0x09...0x0D ~= $0 }.map { Array($0) }
  }

  /// Whether the change is the letter case of a hex digit in an escape of the query, where each escape is encoded again.
  private var isEscapeInQuery: Bool {
    let (old, new) = (Array(original.target.utf8), Array(request.target.utf8))
    guard let mark = old.firstIndex(of: 0x3F), offset > mark + 1, old.count == new.count else { return false }
    let isHex = { (byte: UInt8) in 0x41...0x46 ~= byte & 0xDF }
    let start = old[offset - 1] == 0x25 ? offset - 1 : offset - 2
    return old[start] == 0x25 && start > mark && isHex(old[offset]) && old[offset] ^ new[offset] == 0x20
  }

  /// Whether both paths are equal without empty segments and dot segments, and the queries are equal.
  private var hasTheSamePath: Bool {
    let parts = { (target: String) in target.utf8.split(separator: 0x3F, maxSplits: 1).map { String(Substring($0)) } }
    let (old, new) = (parts(original.target), parts(request.target))
    return Self.segments(old.first ?? "") == Self.segments(new.first ?? "") && old.dropFirst() == new.dropFirst()
  }

  /// The segments of the normalized path, and whether it ends in a slash.
  private static func segments(_ path: String) -> [String] {
    var kept: [String] = []
    let all = path.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    for segment in all where segment != "" && segment != "." {
      if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
    }
    return kept + (["", ".", ".."].contains(all.last) && !kept.isEmpty ? [""] : [])
  }
}
