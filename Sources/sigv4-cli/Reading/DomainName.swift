import Foundation

/// Host names beyond ASCII, as they are sent (RFC 5890, RFC 3492).
enum DomainName {
  /// The name with each label beyond ASCII as `xn--…`.
  ///
  /// The text is folded by NFKC and lower case, which is what UTS #46 does for almost every name in use.
  ///
  /// - Returns: `nil` for a label that can't be encoded.
  static func ascii(_ name: String) -> String? {
    guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return name }
    let folded = name.lowercased().precomposedStringWithCompatibilityMapping
    let labels = folded.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "\u{3002}" }
    let encoded = labels.compactMap { label in
      label.allSatisfy(\.isASCII) ? String(label) : punycode(Array(label)).map { "xn--" + $0 }
    }
    return encoded.count == labels.count ? encoded.joined(separator: ".") : nil
  }

  /// The label by the algorithm of RFC 3492, 6.3; a label of a host name has at most 63 bytes.
  private static func punycode(_ label: [Unicode.Scalar]) -> String? {
    guard label.count <= 63 else { return nil }
    let basic = label.filter(\.isASCII)
    var output = basic.map { UInt8(truncatingIfNeeded: $0.value) }
    if !output.isEmpty { output.append(UInt8(ascii: "-")) }
    var (next, delta, bias, handled) = (0x80, 0, 72, basic.count)
    while handled < label.count {
      guard let least = label.lazy.map({ Int($0.value) }).filter({ $0 >= next }).min() else { return nil }
      delta += (least - next) * (handled + 1)
      next = least
      for scalar in label {
        if scalar.value < next { delta += 1 }
        guard scalar.value == next else { continue }
        var (rest, step) = (delta, 36)
        while true {
          let threshold = min(max(step - bias, 1), 26)
          if rest < threshold { break }
          output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
          (rest, step) = ((rest - threshold) / (36 - threshold), step + 36)
        }
        output.append(digit(rest))
        bias = adapted(delta, count: handled + 1, isFirst: handled == basic.count)
        (delta, handled) = (0, handled + 1)
      }
      (delta, next) = (delta + 1, next + 1)
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func digit(_ value: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: value < 26 ? Int(UInt8(ascii: "a")) + value : Int(UInt8(ascii: "0")) + value - 26)
  }

  private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
    var rest = isFirst ? delta / 700 : delta / 2
    rest += rest / count
    var step = 0
    while rest > 455 { (rest, step) = (rest / 35, step + 36) }
    return step + 36 * rest / (rest + 38)
  }
}
