extension Array {
  /// Sorts elements of which there are mostly few: by insertion, which takes no memory of its own, and is the fastest for few.
  ///
  /// `precedes` must tell any two elements apart, as the places in a request do, where their order matters.
  @inline(__always)
  mutating func sortFew(by precedes: (Element, Element) -> Bool) {
    guard count <= 32 else { return sort(by: precedes) }
    var index = 1
    while index < count {
      moveToPlace(from: index, by: precedes)
      index += 1
    }
  }

  /// Moves the element at `index` to its place among those before it, which are sorted.
  @inline(__always)
  mutating func moveToPlace(from index: Int, by precedes: (Element, Element) -> Bool) {
    var sorted = mutableSpan
    let element = sorted[index]
    var place = index
    while place > 0, precedes(element, sorted[place - 1]) {
      sorted[place] = sorted[place - 1]
      place -= 1
    }
    if place < index { sorted[place] = element }
  }
}
