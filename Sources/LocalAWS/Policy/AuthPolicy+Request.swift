public import SigV4

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension AuthPolicy {
  /// A request that a policy evaluates.
  public struct Request: Sendable, Hashable {
    /// The sender of the request.
    public var principal: Principal
    /// The ARN of the service that the request is sent to.
    public var service: String
    /// The request itself.
    public let request: SignableRequest
    /// The values of the condition keys that the request itself doesn't have.
    public var context: PolicyContext
    /// The time of the request.
    public var time: Date
    /// The request's target, in canonical form.
    let target: CanonicalTarget

    /// Creates a request from its parts.
    ///
    /// - Throws: ``SigV4/SigningError`` with the code `invalidTarget` if the request's target isn't a path.
    public init(
      principal: Principal, service: String, request: SignableRequest, context: PolicyContext = PolicyContext(),
      at time: Date = Date()
    ) throws(SigningError) {
      self.init(
        principal: principal, service: service, request: request, context: context, time: time,
        target: try CanonicalTarget(request.target, for: .vpcLattice))
    }

    private init(
      principal: Principal, service: String, request: SignableRequest, context: PolicyContext, time: Date,
      target: CanonicalTarget
    ) {
      self.principal = principal
      self.service = service
      self.request = request
      self.context = context
      self.time = time
      self.target = target
    }

    /// The action of a request to a Lattice service.
    public static let action = "vpc-lattice-svcs:Invoke"

    /// The resource that the request is for: the service's ARN and the path in canonical form, without the query.
    public var resource: String { service + target.path }

    /// The fields of the service's ARN; empty ones if it has fewer than six.
    var serviceARNFields: [String] {
      let fields = service.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 5, omittingEmptySubsequences: false)
        .map { String(Substring($0)) }
      return fields + Array(repeating: "", count: 6 - fields.count)
    }
  }
}
