/// The region that requests are signed for.
///
/// It is one region such as `"us-west-2"`, a set of regions for SigV4a (``set(_:)``), or the region in a request's host name
/// (``fromHost``).
///
/// ```swift
/// let lattice = Signer(service: .vpcLattice, region: .fromHost)
/// let s3 = Signer(service: .s3, region: .set(["us-east-1", "us-west-*"]))
/// let sts = Signer(service: .sts, region: SigningRegion(try await RegionChain().region()))
/// ```
public struct SigningRegion: Sendable, Hashable {
  enum Source: Sendable, Hashable {
    case host
    case name(String)
    /// Regions, joined by commas.
    case set(String)
  }

  let source: Source

  /// The region that the host of each request names, such as `us-west-2` in
  /// `reservation-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws` and `my-bucket.s3.us-west-2.amazonaws.com`.
  ///
  /// Signing throws ``SigningError/Code/missingRegion`` for a host that names none, such as a custom domain name. The same
  /// applies to a host of all regions, such as `iam.amazonaws.com`: name the region `us-east-1` for it.
  public static let fromHost = SigningRegion(source: .host)

  /// One region, for signatures with SigV4.
  ///
  /// - Parameter name: The name, such as `us-west-2`. Signing throws ``SigningError/Code/invalidRegion`` if it is empty or
  ///   contains a slash, a comma, white space or anything other than visible ASCII.
  public init(_ name: String) {
    source = .name(name)
  }

  /// Several regions, for signatures with SigV4a, which are valid in each of them.
  ///
  /// - Parameter regions: Names, in which `*` matches any text: `["*"]`, `["us-east-1", "us-west-*"]`. Signing throws
  ///   ``SigningError/Code/invalidRegion`` if there are none, or if one is invalid.
  /// - Returns: The set.
  public static func set(_ regions: [String]) -> SigningRegion {
    SigningRegion(source: .set(regions.joined(separator: ",")))
  }

  private init(source: Source) {
    self.source = source
  }

  /// The algorithm of a signature for this region or these regions.
  var algorithm: SigningAlgorithm {
    switch source {
    case .host, .name: .sigV4
    case .set: .sigV4a
    }
  }

  /// The region, or the region set, of a request to `host`.
  ///
  /// `regionOfHost` reads the region in the host name.
  func text(
    host: @autoclosure () -> String?, regionOfHost: (String) -> String?
  ) throws(SigningError) -> String {
    switch source {
    case .name(let name): return name
    case .set(let regions):
      // rule: refuse-scope
      guard regions.isRegionSet else {
        throw SigningError(
          .invalidRegion,
          "Invalid region set \(regions.debugDescription). Use names and patterns such as us-east-1 and us-west-*.")
      }
      return regions
    case .host:
      guard let host = host() else {
        throw SigningError(
          .missingHost,
          "The request has no Host header, so that its region is unknown. Add it, or create the signer with a region."
        )
      }
      if let region = regionOfHost(host) { return region }
      throw SigningError(
        .missingRegion,
        "The host name contains no region. Create the signer with a region, "
          + "such as region: \"us-west-2\", with a region set, such as region: .set([\"*\"]), or send the request to a host of "
          + "AWS whose name contains one, such as NAME.ID.vpc-lattice-svcs.us-west-2.on.aws.")
    }
  }
}

extension SigningRegion: ExpressibleByStringLiteral, CustomStringConvertible {
  /// One region, as ``init(_:)``.
  public init(stringLiteral name: String) {
    self.init(name)
  }

  /// The region, the regions joined by commas, or `from the host`.
  public var description: String {
    switch source {
    case .host: "from the host"
    case .name(let text), .set(let text): text
    }
  }
}

extension String {
  fileprivate var isRegionSet: Bool {
    utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 > ASCII.space && $0 < ASCII.delete && $0 != UInt8(ascii: "/") } }
  }
}

/// A region of a region set, in which `*` matches any text.
enum RegionPattern {
  static func matches(_ pattern: String, _ region: String) -> Bool {
    pattern.withBytes { pattern in region.withBytes { matches(pattern, $0) } }
  }

  private static func matches(_ pattern: Span<UInt8>, _ region: Span<UInt8>) -> Bool {
    let star = UInt8(ascii: "*")
    var (inPattern, inRegion) = (0, 0)
    var last: (afterStar: Int, inRegion: Int)?
    while inRegion < region.count {
      if inPattern < pattern.count, pattern[inPattern] == star {
        inPattern += 1
        last = (inPattern, inRegion)
      } else if inPattern < pattern.count, pattern[inPattern] == region[inRegion] {
        inPattern += 1
        inRegion += 1
      } else if let (afterStar, start) = last {
        // Only the latest star ever has to match more.
        last = (afterStar, start + 1)
        (inPattern, inRegion) = (afterStar, start + 1)
      } else {
        return false
      }
    }
    while inPattern < pattern.count, pattern[inPattern] == star { inPattern += 1 }
    return inPattern == pattern.count
  }
}
