extension AuthPolicy {
  /// A policy's decision on a request, and the reasons.
  public struct Evaluation: Sendable, Hashable {
    /// Whether a statement applies to a request.
    public struct StatementResult: Sendable, Hashable {
      /// The position of the statement in the policy, from 1.
      public let number: Int
      /// The statement's `Sid`; `nil` if it has none.
      public let sid: String?
      /// Whether the statement allows, rather than denies, the requests that it applies to.
      public let allows: Bool
      /// The reason why the statement doesn't apply; `nil` if it applies.
      public let mismatch: String?

      /// The statement's number, and its `Sid` if it has one.
      public var name: String { sid.map { "statement \(number) (\($0))" } ?? "statement \(number)" }
    }

    /// The results of all statements, in the policy's order.
    public let statements: [StatementResult]

    /// The decision.
    public var decision: Decision {
      switch deciding?.allows {
      case true?: .allowed
      case false?: .explicitlyDenied
      case nil: .implicitlyDenied
      }
    }

    /// The statement that decides: the first that denies, otherwise the first that allows; `nil` if none applies.
    public var deciding: StatementResult? {
      let applying = statements.filter { $0.mismatch == nil }
      return applying.first { !$0.allows } ?? applying.first
    }
  }
}

extension AuthPolicy.Evaluation: CustomStringConvertible {
  /// The decision and the statement that decides, such as `denied by statement 2 (NoGuests)`.
  public var description: String {
    switch decision {
    case .allowed: "allowed by \(deciding?.name ?? "")"
    case .explicitlyDenied: "denied by \(deciding?.name ?? "")"
    case .implicitlyDenied: "denied: no statement allows it"
    }
  }
}
