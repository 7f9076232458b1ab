import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#elseif canImport(Darwin)
  import Darwin
#endif

extension SigningWorkspace {
  /// Calls `body` with this thread's workspace, whose buffer is empty.
  ///
  /// - Throws: The error of `body`, and ``SigningError`` if the crypto library fails.
  static func withCurrent<Result: ~Copyable>(
    _ body: (inout SigningWorkspace) throws(SigningError) -> Result
  ) throws(SigningError) -> Result {
    try withCurrent(failingAs: { $0 }, body)
  }

  /// Calls `body` with this thread's workspace, whose buffer is empty.
  ///
  /// It uses a new workspace for this call if `body` calls it again, or if another thread is dropping keys. It does so too if the
  /// system can't store another thread-local value.
  ///
  /// - Throws: The error of `body`, and the error that `failure` makes of a failure of the crypto library.
  static func withCurrent<Result: ~Copyable, Failure: Error>(
    failingAs failure: (SigningError) -> Failure, _ body: (inout SigningWorkspace) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let current: UnsafeMutablePointer<ThreadWorkspace>?
    do throws(SigningError) { unsafe current = try ThreadWorkspace.current() } catch { throw failure(error) }
    guard let thread = unsafe current, unsafe thread.pointee.take() else {
      var other: SigningWorkspace
      do throws(SigningError) { other = try SigningWorkspace() } catch { throw failure(error) }
      return try body(&other)
    }
    defer { unsafe thread.pointee.giveBack() }
    unsafe thread.pointee.workspace.canonical.text.removeAll()
    do throws(Failure) {
      let result = try unsafe body(&thread.pointee.workspace)
      if unsafe thread.pointee.workspace.isLarge { unsafe thread.pointee.workspace.shrink() }
      return result
    } catch {
      unsafe thread.pointee.workspace.shrink()
      throw error
    }
  }

  /// Calls `body` with the workspace of each thread, one after the other.
  static func withAll(_ body: (inout SigningWorkspace) -> Void) {
    ThreadWorkspace.withAll(body)
  }
}

/// The workspace of one thread.
///
/// Other threads use it too, to drop its keys while it is idle.
private struct ThreadWorkspace: ~Copyable {
  var workspace: SigningWorkspace
  /// Whether a thread is using the workspace, its own or another.
  private let isTaken = Atomic<Bool>(false)

  /// The pointers to all workspaces.
  ///
  /// A lock guards the list, and `isTaken` guards each workspace.
  @safe private struct List: @unchecked Sendable {
    var pointers: [UnsafeMutablePointer<ThreadWorkspace>] = unsafe []
    var isDropping = false
  }

  /// The workspaces of all threads.
  ///
  /// A workspace is freed only after it was removed from the list.
  private static let all = Mutex(List())

  /// This thread's workspace, which ends with the thread; `nil` if the system can't keep one for it.
  static func current() throws(SigningError) -> UnsafeMutablePointer<ThreadWorkspace>? {
    guard let key else { return nil }
    if let known = unsafe pthread_getspecific(key) {
      return unsafe known.assumingMemoryBound(to: ThreadWorkspace.self)
    }
    return unsafe try makeCurrent(key)
  }

  @inline(never)
  private static func makeCurrent(_ key: pthread_key_t) throws(SigningError) -> UnsafeMutablePointer<ThreadWorkspace>? {
    let new = ThreadWorkspace(workspace: try SigningWorkspace())
    let pointer = UnsafeMutablePointer<ThreadWorkspace>.allocate(capacity: 1)
    unsafe pointer.initialize(to: new)
    guard unsafe pthread_setspecific(key, pointer) == 0 else {
      unsafe pointer.deinitialize(count: 1)
      unsafe pointer.deallocate()
      return nil
    }
    all.withLock { list in
      unsafe list.pointers.append(pointer)
      // A thread, not a task: for a task, a program that only signs would have to start Swift's thread pool, which takes 2 ms.
      if !list.isDropping { list.isDropping = SystemThread.start(dropUnusedForever) }
    }
    return unsafe pointer
  }

  /// Drops the unused keys of all threads every half hour, including threads that never sign again.
  @Sendable private static func dropUnusedForever() {
    while true {
      sleep(1800)
      withAll { $0.dropUnused() }
    }
  }

  /// Marks the workspace as in use; returns false if it is already.
  func take() -> Bool { !isTaken.exchange(true, ordering: .acquiring) }

  func giveBack() { isTaken.store(false, ordering: .releasing) }

  /// Calls `body` with each workspace, except one that is in use without a pause for a second.
  static func withAll(_ body: (inout SigningWorkspace) -> Void) {
    var waiting = unsafe all.withLock { unsafe $0.pointers }
    for _ in 0..<1000 where unsafe !waiting.isEmpty {
      all.withLock { list in
        unsafe waiting.removeAll { pointer in
          guard unsafe list.pointers.contains(pointer) else { return true }
          guard unsafe pointer.pointee.take() else { return false }
          unsafe body(&pointer.pointee.workspace)
          unsafe pointer.pointee.giveBack()
          return true
        }
      }
      // Waits without the lock, which starting and ending threads need: hashing a large payload can take seconds.
      if unsafe !waiting.isEmpty { usleep(1000) }
    }
  }

  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    let result = unsafe pthread_key_create(&key) { pointer in
      guard let pointer = unsafe (pointer as UnsafeMutableRawPointer?)?.assumingMemoryBound(to: ThreadWorkspace.self)
      else { return }
      all.withLock { list in unsafe list.pointers.removeAll { unsafe $0 == pointer } }
      unsafe pointer.deinitialize(count: 1)
      unsafe pointer.deallocate()
    }
    return result == 0 ? key : nil
  }()
}
