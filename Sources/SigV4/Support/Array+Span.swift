#if canImport(Darwin)
  // As in the standard library, whose properties require macOS 26 and its like. Only an array of class instances can be a
  // bridged NSArray, whose slice has storage of its own: use these for arrays of bytes and of structs.
  extension Array {
    /// The elements, in place if the array isn't bridged.
    @usableFromInline
    var span: Span<Element> {
      @_lifetime(borrow self)
      borrowing get {
        let slice = self[...]
        return unsafe _overrideLifetime(slice.span, borrowing: self)
      }
    }

    /// The elements of an array that has its own storage, as each has that was changed.
    var mutableSpan: MutableSpan<Element> {
      @_lifetime(&self)
      mutating get {
        let elements = unsafe withUnsafeMutableBufferPointer { unsafe $0 }
        return unsafe _overrideLifetime(elements.mutableSpan, mutating: &self)
      }
    }
  }
#endif
