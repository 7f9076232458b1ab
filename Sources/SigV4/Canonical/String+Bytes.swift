extension String {
  /// The UTF-8 of this string, in place where the string is stored that way (always, off Apple platforms).
  @inline(__always)
  func withBytes<Value, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Value) throws(Failure) -> Value {
    #if canImport(Darwin)
      try utf8.withSpan(body)
    #else
      try body(utf8.span)
    #endif
  }
}
