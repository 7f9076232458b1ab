extension Array {
  /// Sorts an array by insertion, which needs no allocation and is the fastest method for few elements.
  ///
  /// Insertion is stable, but `sort` isn't: `precedes` must order any two elements whose order matters.
  @inline(__always)
  mutating func sortFew(by precedes: (Element, Element) -> Bool) {
    guard count <= 32 else { return sort(by: precedes) }
    var index = 1
    while index < count {
      move(self[index], from: index, by: precedes)
      index += 1
    }
  }

  /// Inserts an element into the sorted array.
  @inline(__always)
  mutating func insertSorted(_ element: Element, by precedes: (Element, Element) -> Bool) {
    append(element)
    move(element, from: count - 1, by: precedes)
  }

  /// Moves `element` from `index` to its position among the sorted elements before it.
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
