import SigV4

/// A place in a request where a byte can be changed.
enum Mutation {
  /// Every request that differs from `request` in one byte of its method, target, header names or header values.
  ///
  /// The change goes from one to the next of `masks`, so that neighbours are changed in different ways: the lowest
  /// bit, the letter case, and two bits more.
  ///
  /// - Parameters:
  ///   - request: The request that is changed.
  ///   - step: 1 for each byte, 4 for every fourth.
  ///   - body: Called with each changed request.
  static func forEach(
    of request: SignableRequest, step: Int = 1, _ body: (SignableRequest) throws -> Void
  ) rethrows {
    try forEach(step, in: request.method) { text in
      var mutant = request
      mutant.method = text
      try body(mutant)
    }
    try forEach(step, in: request.target) { text in
      var mutant = request
      mutant.target = text
      try body(mutant)
    }
    for index in request.headers.indices {
      try forEach(step, in: request.headers[index].name) { text in
        var mutant = request
        mutant.headers[index].name = text
        try body(mutant)
      }
      try forEach(step, in: request.headers[index].value) { text in
        var mutant = request
        mutant.headers[index].value = text
        try body(mutant)
      }
    }
  }

  private static let masks: [UInt8] = [0x01, 0x20, 0x06]

  private static func forEach(_ step: Int, in text: String, _ body: (String) throws -> Void) rethrows {
    var bytes = Array(text.utf8)
    for index in stride(from: bytes.count % step, to: bytes.count, by: step) {
      let original = bytes[index]
      bytes[index] ^= masks[index % masks.count]
      try body(String(decoding: bytes, as: UTF8.self))
      bytes[index] = original
    }
  }
}
