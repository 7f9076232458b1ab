#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#elseif canImport(Darwin)
  import Darwin
#endif

extension UnsafeMutableRawPointer {
  /// Overwrites memory that held a secret and is about to be freed.
  ///
  /// Never inlined: a compiler that sees the memory freed afterwards may remove the stores.
  @inline(never)
  func wipe(byteCount: Int) {
    #if canImport(Darwin)
      _ = unsafe memset_s(self, byteCount, 0, byteCount)
    #elseif canImport(Glibc) || canImport(Musl)
      unsafe explicit_bzero(self, byteCount)
    #else
      unsafe memset(self, 0, byteCount)
    #endif
  }
}
