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
