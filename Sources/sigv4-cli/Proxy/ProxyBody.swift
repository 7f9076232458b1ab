#if AsyncHTTPClient
  import NIOCore

  /// A request's body on its way to the service: at most a few buffers wait in memory.
  enum ProxyBody {
    typealias Buffers = NIOThrowingAsyncSequenceProducer<
      ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Demand
    >
    typealias Source = Buffers.Source

    /// Reports that the service has read the buffers that waited.
    struct Demand: NIOAsyncSequenceProducerDelegate {
      fileprivate let continuation: AsyncStream<Void>.Continuation

      func produceMore() { continuation.yield() }
      func didTerminate() { continuation.finish() }
    }

    /// Makes a body, its source, and the demand after each time that the source says to stop.
    static func make() -> (body: Buffers, source: Source, demand: AsyncStream<Void>) {
      let (demand, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
      let new = Buffers.makeSequence(
        elementType: ByteBuffer.self, failureType: (any Error).self,
        backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4), finishOnDeinit: true,
        delegate: Demand(continuation: continuation))
      return (new.sequence, new.source, demand)
    }
  }
#endif
