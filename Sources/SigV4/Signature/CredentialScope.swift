#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// What a signature is good for: one day, one region (none with SigV4a) and one service.
public struct CredentialScope: Sendable, Hashable {
  /// The day in UTC, as `YYYYMMDD`.
  public var day: String { parts.day }
  /// The region; `nil` in the scope of SigV4a, whose region set is a header.
  public var region: String? { parts.region }
  /// The service's signing name.
  public var service: String { parts.service }
  /// The scope as it stands in the string to sign: `DAY/REGION/SERVICE/aws4_request`, without the region in SigV4a.
  public var text: String { parts.text }

  /// Shared between copies, since each signature hands its scope on several times.
  private let parts: Parts

  private final class Parts: Sendable {
    let day: String
    let region: String?
    let service: String
    let text: String

    init(day: String, region: String?, service: String) {
      self.day = day
      self.region = region
      self.service = service
      text = day + "/" + (region.map { $0 + "/" } ?? "") + service + "/" + CredentialScope.terminator
    }
  }

  /// Creates a scope.
  ///
  /// - Parameters:
  ///   - date: The time of signing; its day in UTC counts.
  ///   - region: The region, such as `us-west-2`; `nil` for SigV4a.
  ///   - service: The service's signing name.
  /// - Throws: ``SigningError`` for a region or a service that is empty or holds a slash, a comma, white space or
  ///   anything that isn't visible ASCII, and for a date outside of the years 1 to 9999.
  public init(date: Date, region: String?, service: String) throws(SigningError) {
    try self.init(SigningDate(date), region: region, service: service)
  }

  init(_ date: SigningDate, region: String?, service: String) throws(SigningError) {
    if let region, !region.isScopeElement {
      throw SigningError(.invalidRegion, "\(region.debugDescription) is no region; it should look like us-west-2.")
    }
    guard service.isScopeElement else {
      throw SigningError(
        .invalidService, "\(service.debugDescription) is no signing name; it should look like vpc-lattice-svcs.")
    }
    self.init(day: date.dayText, region: region, service: service)
  }

  /// Puts together what has been checked.
  init(day: String, region: String?, service: String) {
    parts = Parts(day: day, region: region, service: service)
  }

  /// What a signature names as its credential: whose it is, and what it is good for.
  func credential(of accessKeyID: String) -> String { accessKeyID + "/" + text }

  /// Whether both are good for the same.
  public static func == (left: CredentialScope, right: CredentialScope) -> Bool {
    left.parts === right.parts || left.text == right.text
  }

  /// Hashes the text.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(text)
  }

  /// The last part of every scope.
  static let terminator = "aws4_request"
}

extension CredentialScope: CustomStringConvertible {
  /// The same as ``text``.
  public var description: String { text }
}

extension String {
  /// Whether this can stand between the slashes of a scope and before the comma that ends it.
  var isScopeElement: Bool { withBytes { $0.isScopeElement } }
}

extension Span<UInt8> {
  /// Whether this can stand between the slashes of a scope and before the comma that ends it.
  var isScopeElement: Bool { isCredential && !isEmpty && firstIndex(of: 0x2F) == nil }

  /// Whether this can stand before the comma that ends a credential: visible ASCII.
  var isCredential: Bool {
    var isOther: UInt8 = 0
    for index in indices {
      let byte = self[index]
      isOther |= (byte &- 0x21 < 0x5E ? 0 : 1) | (byte == 0x2C ? 1 : 0)
    }
    return isOther == 0
  }
}
