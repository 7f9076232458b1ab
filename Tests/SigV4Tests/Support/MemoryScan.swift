#if os(Linux)
  import Glibc
  import Testing

  /// Looks for byte sequences in all memory that this process can write, freed memory and dead stack frames included.
  enum MemoryScan {
    /// Longer regions are reservations and shadows of sanitizers, which are almost entirely unwritten.
    private static let regionLimit: UInt = 1 << 29
    private static let pieceByteCount = 1 << 20

    /// The names of the needles that are in memory; needles are given in hex, so that only this function contains their bytes.
    static func names(of needles: KeyValuePairs<String, String>) throws -> Set<String> {
      let needleByteCount = 32
      let areaByteCount = 1 << 21
      // The needles and the pieces that are read have their own region, which the scan skips.
      let mapped = mmap(nil, areaByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      let area = try #require(mapped != MAP_FAILED ? mapped : nil)
      defer { munmap(area, areaByteCount) }
      let piece = area + areaByteCount / 2
      for (index, needle) in needles.enumerated() {
        write(hex: needle.value, to: area + index * needleByteCount)
      }
      let memory = open("/proc/self/mem", O_RDONLY)
      try #require(memory >= 0)
      defer { close(memory) }
      var found: Set<String> = []
      for region in try regions() where !region.contains(UInt(bitPattern: area)) {
        var start = region.lowerBound
        while start < region.upperBound {
          let size = min(pieceByteCount, Int(region.upperBound - start))
          let count = pread(memory, piece, size, off_t(start))
          if count > 0 {
            for (index, needle) in needles.enumerated()
            where contains(
              area + index * needleByteCount, needleByteCount, in: UnsafeRawBufferPointer(start: piece, count: count))
            {
              found.insert(needle.key)
            }
          }
          // Pieces overlap, so that no needle is split.
          start += UInt(size == pieceByteCount ? size - needleByteCount : size)
        }
      }
      return found
    }

    /// The regions of memory that can be written.
    private static func regions() throws -> [Range<UInt>] {
      let file = try #require(fopen("/proc/self/maps", "r"))
      defer { fclose(file) }
      var regions: [Range<UInt>] = []
      var line = [CChar](repeating: 0, count: 4096)
      while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let bounds = text.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, text.dropFirst(text.prefix { $0 != " " }.count).hasPrefix(" rw"),
          bounds[1] - bounds[0] <= regionLimit
        else { continue }
        regions.append(bounds[0]..<bounds[1])
      }
      return regions
    }

    private static func contains(
      _ needle: UnsafeRawPointer, _ needleByteCount: Int, in bytes: UnsafeRawBufferPointer
    ) -> Bool {
      let first = Int32(needle.load(as: UInt8.self))
      var rest = bytes
      while rest.count >= needleByteCount, let base = rest.baseAddress,
        let match = memchr(base, first, rest.count - needleByteCount + 1)
      {
        if memcmp(match, needle, needleByteCount) == 0 { return true }
        rest = UnsafeRawBufferPointer(rebasing: rest[(base.distance(to: match) + 1)...])
      }
      return false
    }

    private static func write(hex: String, to memory: UnsafeMutableRawPointer) {
      var high: UInt8?
      var offset = 0
      for digit in hex.utf8 {
        let value = digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
        if let first = high {
          memory.storeBytes(of: first << 4 | value, toByteOffset: offset, as: UInt8.self)
          offset += 1
          high = nil
        } else {
          high = value
        }
      }
    }
  }
#endif
