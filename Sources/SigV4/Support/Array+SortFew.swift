extension Array {
  /// Sorts elements of which there are mostly few: by insertion, which takes no memory of its own, and is the fastest for few.
  ///
  /// `precedes` must tell any two elements apart, as the places in a request do, where their order matters.
  @inline(__always)
  mutating func sortFew(by precedes: (Element, Element) -> Bool) {
    guard count <= 32 else { return sort(by: precedes) }
    var index = 1
    while index < count {
      move(self[index], from: index, by: precedes)
      index += 1
    }
  }

  /// Adds an element to those that are there and sorted, in its place.
  @inline(__always)
  mutating func insertSorted(_ element: Element, by precedes: (Element, Element) -> Bool) {
    append(element)
    move(element, from: count - 1, by: precedes)
  }

  /// Moves `element` from `index` to its place among those before it, which are sorted.
  @inline(__always)
  private mutating func move(_ element: Element, from index: Int, by precedes: (Element, Element) -> Bool) {
    var sorted = mutableSpan
    var place = index
    while place > 0, precedes(element, sorted[place - 1]) {
      sorted[place] = sorted[place - 1]
      place -= 1
    }
    if place < index { sorted[place] = element }
  }
}
