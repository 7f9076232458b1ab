/// A pattern of characters, any one character (`?`) and any characters (`*`).
///
/// It follows all possible matches at once, with one bit for each position of the pattern. So the time is proportional to the
/// length of the text times a 64th of the length of the pattern, for any content.
struct WildcardPattern {
  enum Element: Hashable {
    case character(Unicode.Scalar)
    case anyCharacter
    case anyCharacters
  }

  /// Bit *i* is set if `*` precedes character *i*, so that the position can stay.
  private var staying: [UInt64]
  /// Bit *i* is set if character *i* is `?`.
  private var anyCharacter: [UInt64]
  /// The positions that a character moves on from.
  private var moving: [Unicode.Scalar: [UInt64]] = [:]
  /// The number of elements other than `*`.
  private let count: Int

  init(_ elements: some Collection<Element>) {
    count = elements.count { $0 != .anyCharacters }
    staying = Array(repeating: 0, count: count / 64 + 1)
    anyCharacter = staying
    var position = 0
    for element in elements {
      let bit: UInt64 = 1 << UInt64(position % 64)
      switch element {
      case .anyCharacters:
        staying[position / 64] |= bit
        continue
      case .anyCharacter: anyCharacter[position / 64] |= bit
      case .character(let character):
        moving[character, default: Array(repeating: 0, count: staying.count)][position / 64] |= bit
      }
      position += 1
    }
    for character in moving.keys {
      for word in staying.indices { moving[character]?[word] |= anyCharacter[word] }
    }
  }

  func matches(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    var positions: [UInt64] = Array(repeating: 0, count: staying.count)
    positions[0] = 1
    for character in text {
      let moving = moving[character] ?? anyCharacter
      var carried: UInt64 = 0
      var isAlive = false
      for word in positions.indices {
        let moved = positions[word] & moving[word]
        positions[word] = moved << 1 | carried | positions[word] & staying[word]
        carried = moved >> 63
        if positions[word] != 0 { isAlive = true }
      }
      if !isAlive { return false }
    }
    return positions[count / 64] >> UInt64(count % 64) & 1 == 1
  }
}
