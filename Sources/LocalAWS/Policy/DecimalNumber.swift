import SigV4

/// A decimal number of any length, which is compared without rounding: ±0.d₁d₂d₃… × 10^exponent.
struct DecimalNumber: Sendable, Hashable {
  /// Whether the number is less than zero.
  private let isNegative: Bool
  /// The digits, of which neither the first nor the last is zero; none for zero.
  private let digits: [UInt8]
  private let exponent: Int

  /// Reads digits with an optional sign, fraction and exponent; the exponent is at most 308, as that of other programs.
  init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    let hasMinus = Self.sign(&rest)
    let whole = Self.digits(&rest)
    var fraction: [UInt8] = []
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = Self.digits(&rest)
    }
    var exponent = 0
    if let mark = rest.first, mark.asciiLowercased == UInt8(ascii: "e") {
      rest.removeFirst()
      let isSmall = Self.sign(&rest)
      guard let size = Int(String(decoding: Self.digits(&rest), as: UTF8.self)), size <= 308 else { return nil }
      exponent = isSmall ? -size : size
    }
    guard rest.isEmpty, !whole.isEmpty || !fraction.isEmpty else { return nil }
    let all = whole + fraction
    let significant = all.drop { $0 == UInt8(ascii: "0") }
    let last = significant.lastIndex { $0 != UInt8(ascii: "0") }
    digits = last.map { Array(significant[...$0]) } ?? []
    isNegative = hasMinus && !digits.isEmpty
    self.exponent = digits.isEmpty ? 0 : exponent + whole.count - (all.count - significant.count)
  }

  private static func sign(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let sign = rest.first, "+-".utf8.contains(sign) else { return false }
    rest.removeFirst()
    return sign == UInt8(ascii: "-")
  }

  private static func digits(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    let digits = rest.prefix(while: \.isASCIIDigit)
    rest = rest.dropFirst(digits.count)
    return Array(digits)
  }
}

extension DecimalNumber: Comparable {
  static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
    switch (left.sign, right.sign) {
    case (let left, let right) where left != right: left < right
    case (-1, _): right.isLess(than: left)
    default: left.isLess(than: right)
    }
  }

  private var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

  /// Compares the absolute values.
  private func isLess(than other: DecimalNumber) -> Bool {
    exponent != other.exponent ? exponent < other.exponent : digits.lexicographicallyPrecedes(other.digits)
  }
}
