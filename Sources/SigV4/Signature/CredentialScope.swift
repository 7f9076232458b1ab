#if canImport(FoundationEssentials)
  public import struct FoundationEssentials.Date
#else
  public import struct Foundation.Date
#endif

/// The scope that a signature is valid for: one day, one region (none with SigV4a) and one service.
///
/// ```swift
/// let scope = try CredentialScope(date: Date(), region: "us-west-2", service: "vpc-lattice-svcs")
/// print(scope)  // 20150830/us-west-2/vpc-lattice-svcs/aws4_request
/// ```
public struct CredentialScope: Sendable, Hashable {
  /// The day in UTC, as `YYYYMMDD`.
  public var day: String { parts.day }
  /// The region; `nil` in the scope of SigV4a, whose region set is a header.
  public var region: String? { parts.region }
  /// The signing name of the service.
  public var service: String { parts.service }
  /// The scope in the string to sign: `DAY/REGION/SERVICE/aws4_request`, without the region in SigV4a.
  public var text: String { parts.text }

  /// Shared between copies, because each signature copies its scope several times.
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
      // rule: scope-parts, sigv4a-scope
      text = day + "/" + (region.map { $0 + "/" } ?? "") + service + "/" + CredentialScope.terminator
    }
  }

  /// Creates a scope.
  ///
  /// - Parameters:
  ///   - date: The time of signing. The scope contains its day in UTC.
  ///   - region: The region, such as `us-west-2`; `nil` for SigV4a.
  ///   - service: The signing name of the service.
  /// - Throws: ``SigningError`` if the date is outside of the years 1 to 9999, or if the region or the service is empty or
  ///   malformed. Both must be visible ASCII without spaces, slashes and commas.
  public init(date: Date, region: String?, service: String) throws(SigningError) {
    try self.init(SigningDate(date), region: region, service: service)
  }

  init(_ date: SigningDate, region: String?, service: String) throws(SigningError) {
    // rule: refuse-scope
    if let region, !region.isScopeElement || region.utf8.contains(UInt8(ascii: "*")) {
      throw SigningError(
        .invalidRegion,
        "Invalid region \(region.debugDescription): a region is visible ASCII without spaces, slashes, commas or asterisks. Use a name such as us-west-2, or .set([\"*\"]) for several regions."
      )
    }
    guard service.isScopeElement else {
      throw SigningError(
        .invalidService,
        "Invalid service \(service.debugDescription): a signing name is visible ASCII without spaces, slashes or commas. Use a name such as vpc-lattice-svcs."
      )
    }
    self.init(day: date.dayText, region: region, service: service)
  }

  /// Creates a scope from valid parts.
  init(day: String, region: String?, service: String) {
    parts = Parts(day: day, region: region, service: service)
  }

  /// The credential that a signature names: the access key ID and the scope.
  func credential(of accessKeyID: String) -> String { accessKeyID + "/" + text }

  /// Whether both scopes are equal.
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
  /// Whether this is valid between the slashes of a scope and before the comma that ends it.
  var isScopeElement: Bool { withBytes { $0.isScopeElement } }
}

extension Span<UInt8> {
  /// Whether this is valid between the slashes of a scope and before the comma that ends it.
  var isScopeElement: Bool { isCredential && !isEmpty && firstIndex(of: UInt8(ascii: "/")) == nil }

  /// Whether this is valid before the comma that ends a credential: visible ASCII.
  var isCredential: Bool {
    var isOther: UInt8 = 0
    for index in indices {
      let byte = self[index]
      isOther |= (byte &- UInt8(ascii: "!") < 94 ? 0 : 1) | (byte == UInt8(ascii: ",") ? 1 : 0)
    }
    return isOther == 0
  }
}
