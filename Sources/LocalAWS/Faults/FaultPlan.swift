import SigV4

/// The faults of a service: the requests that they apply to, and how often they occur.
///
/// For each request, the plan plays the first matching step that has uses left; if there is none, the service
/// answers as usual. So steps for the same requests are a sequence; this plan answers the first GET and no later one:
///
///     [.on("GET", "/", times: 1, .asUsual), .on("GET", "/", .silent)]
public struct FaultPlan: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// A fault, the requests that it applies to, and their number.
  public struct Step: Sendable, Hashable {
    /// The method of the requests that the fault applies to; `nil` for any.
    public var method: String?
    /// The beginning of the targets that the fault applies to.
    public var pathPrefix: String
    /// The number of times that the fault is still played; `nil` for every time.
    public var times: Int?
    /// The fault to play.
    public var fault: Fault
    /// The name that the server's observer gets.
    public var name: String?

    /// A step for requests with a method and a target that begins with a path.
    ///
    /// - Parameters:
    ///   - method: The method; `nil` for any.
    ///   - pathPrefix: The beginning of the target; empty for any.
    ///   - times: The number of times to play the fault; `nil` for every time.
    ///   - fault: The fault to play.
    /// - Returns: The step.
    public static func on(_ method: String?, _ pathPrefix: String, times: Int? = nil, _ fault: Fault) -> Step {
      Step(method: method, pathPrefix: pathPrefix, times: times, fault: fault)
    }

    /// A step for any request.
    ///
    /// - Parameters:
    ///   - times: The number of times to play the fault; `nil` for every time.
    ///   - fault: The fault to play.
    /// - Returns: The step.
    public static func always(times: Int? = nil, _ fault: Fault) -> Step {
      Step(method: nil, pathPrefix: "", times: times, fault: fault)
    }
  }

  /// The steps, in the order in which they are tried.
  public var steps: [Step]

  /// Creates a plan; without steps everything is answered as usual.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// Creates a plan from its steps.
  public init(arrayLiteral elements: Step...) { self.init(elements) }

  /// Returns the step for a request, and counts one use of it; `nil` for the usual answer.
  mutating func next(for request: SignableRequest) -> Step? {
    let found = steps.firstIndex { step in
      (step.times ?? 1) > 0 && request.matches(method: step.method, pathPrefix: step.pathPrefix)
    }
    guard let found else { return nil }
    if let times = steps[found].times { steps[found].times = times - 1 }
    return steps[found]
  }
}
