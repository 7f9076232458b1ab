/// An array as an asynchronous sequence, which can be iterated more than once.
struct Pieces<Element: Sendable>: AsyncSequence, Sendable {
  let elements: [Element]

  struct AsyncIterator: AsyncIteratorProtocol {
    var rest: ArraySlice<Element>
    mutating func next() async -> Element? { rest.popFirst() }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: elements[...]) }
}

extension Array where Element: Sendable {
  /// The elements one after the other.
  var asynchronous: Pieces<Element> { Pieces(elements: self) }
}

extension AsyncSequence where Element: Collection, Element.Element == UInt8 {
  /// All bytes in one piece.
  func joined() async throws -> [UInt8] {
    try await reduce(into: []) { $0 += $1 }
  }
}

/// An asynchronous sequence of pieces, which counts those that were read, and its iterators.
struct CountedPieces: AsyncSequence, Sendable {
  final class Count: @unchecked Sendable {
    // Read and written by the one task that iterates.
    var value = 0
  }

  let pieces: [[UInt8]]
  let count = Count()
  let iterators = Count()

  init(_ pieces: [[UInt8]]) { self.pieces = pieces }

  func makeAsyncIterator() -> Iterator {
    iterators.value += 1
    return Iterator(pieces: pieces, count: count)
  }

  struct Iterator: AsyncIteratorProtocol {
    let pieces: [[UInt8]]
    let count: Count

    mutating func next() async throws -> [UInt8]? {
      guard count.value < pieces.count else { return nil }
      defer { count.value += 1 }
      return pieces[count.value]
    }
  }
}
