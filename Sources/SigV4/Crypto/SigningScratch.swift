#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#elseif canImport(Darwin)
  import Darwin
#endif

/// What signing writes to on its way, and the keys it has derived: one a thread, used again for each signature.
///
/// Nothing is locked and nothing is allocated anew, so that threads that sign with one signer don't slow each other down.
struct SigningScratch: ~Copyable {
  /// The canonical request, with the string to sign and the header value after it.
  var buffer = ByteBuffer()
  /// The target that presigning puts together.
  var target = ByteBuffer()
  /// The headers to sign.
  var headers = CanonicalHeaders()
  /// The query's parameters.
  var query = CanonicalQuery()
  /// The hash in progress.
  var state: SHA256
  /// The keys derived on this thread.
  var keys = SigningKeyCache()
  /// The time that was written last: many signatures are of one second.
  private var lastDate = SigningDate(secondsSince1970: 0)
  private var lastTimestamp = "19700101T000000Z"

  private init() throws(SigningError) {
    state = try SHA256()
  }

  /// `date` as it is sent and signed.
  mutating func timestamp(_ date: SigningDate) -> String {
    if date != lastDate {
      lastDate = date
      lastTimestamp = date.text
    }
    return lastTimestamp
  }

  /// Calls `body` with this thread's scratch, whose buffer is empty; `body` must not come back here.
  ///
  /// - Throws: What `body` throws, and ``SigningError`` where the crypto library fails.
  static func withCurrent<Result>(
    _ body: (inout SigningScratch) throws(SigningError) -> Result
  ) throws(SigningError) -> Result {
    try withCurrent(failingAs: { $0 }, body)
  }

  /// Calls `body` with this thread's scratch, whose buffer is empty; `body` must not come back here.
  ///
  /// - Throws: What `body` throws, and what `failure` makes of a failure of the crypto library.
  static func withCurrent<Result, Failure: Error>(
    failingAs failure: (SigningError) -> Failure, _ body: (inout SigningScratch) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let pointer: UnsafeMutablePointer<SigningScratch>
    if let known = unsafe pthread_getspecific(key) {
      unsafe pointer = known.assumingMemoryBound(to: SigningScratch.self)
    } else {
      let scratch: SigningScratch
      do throws(SigningError) { scratch = try SigningScratch() } catch { throw failure(error) }
      unsafe pointer = .allocate(capacity: 1)
      unsafe pointer.initialize(to: scratch)
      unsafe pthread_setspecific(key, pointer)
    }
    unsafe pointer.pointee.buffer.removeAll()
    do throws(Failure) {
      let result = try unsafe body(&pointer.pointee)
      // What is large is so in the canonical request too, once it is written; looking at all would cost 50 ns.
      if unsafe pointer.pointee.buffer.isLarge { unsafe pointer.pointee.shrink() }
      return result
    } catch {
      unsafe pointer.pointee.shrink()
      throw error
    }
  }

  /// Gives back the memory that a large request took, which the thread would keep until it ends.
  @inline(never)
  mutating func shrink() {
    buffer.shrink()
    target.shrink()
    headers.shrink()
    query.shrink()
  }

  /// Made once; a thread that ends frees its scratch.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    unsafe pthread_key_create(&key) { pointer in
      let pointer = unsafe (pointer as UnsafeMutableRawPointer?)?.assumingMemoryBound(to: SigningScratch.self)
      unsafe pointer?.deinitialize(count: 1)
      unsafe pointer?.deallocate()
    }
    return key
  }()
}
