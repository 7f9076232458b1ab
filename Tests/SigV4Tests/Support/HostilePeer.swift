#if os(Linux)
  import Testing

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// The steps of a hostile peer with a connection, which it closes at the end.
  struct HostileScript: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
      /// Waits for bytes of the client.
      case receive
      case send(String)
      /// Sends the same bytes until the client is gone.
      case flood(String)
      /// Sends the same bytes, one by one with pauses, until the client is gone.
      case drip(String)
      /// Sends nothing until the client is gone.
      case hang
      case reset
    }

    let testDescription: String
    let steps: [Step]

    init(_ description: String, _ steps: Step...) {
      testDescription = description
      self.steps = steps
    }

    func play(on connection: PeerSocket) {
      for step in steps {
        switch step {
        case .receive: _ = connection.received()
        case .send(let text): connection.sent(text.latin1)
        case .flood(let text):
          let bytes = Array(repeatElement(text.latin1, count: 1 + 16_384 / text.utf8.count).joined())
          while connection.sent(bytes) {}
        case .drip(let text):
          for byte in repeatElement(text.latin1, count: .max).joined() {
            guard connection.sent([byte]) else { break }
            usleep(1000)
          }
        case .hang: while let bytes = connection.received(), !bytes.isEmpty {}
        case .reset: return connection.reset()
        }
      }
      // Unread bytes of the client would turn closing into a reset.
      connection.shutDown()
      connection.end()
    }
  }

  extension String {
    /// A byte for each character, up to U+00FF.
    fileprivate var latin1: [UInt8] { unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
  }
#endif
