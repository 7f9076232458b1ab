import SigV4

/// A fault that a command line can name: a place, an effect, and how often, such as `sts:throttling@2`.
public struct NamedFault: Sendable, Hashable, CustomStringConvertible {
  /// The service, or the part of it, that misbehaves.
  public enum Place: String, Sendable, CaseIterable {
    /// Every request to instance metadata.
    case metadata
    /// The requests for a session token of instance metadata.
    case metadataToken = "metadata-token"
    /// The requests for the name and the credentials of the instance's role.
    case metadataCredentials = "metadata-credentials"
    /// The container credentials endpoint.
    case container
    /// AWS STS.
    case sts
    /// Every Lattice service.
    case service
  }

  /// The error of a text that names no fault.
  public struct Invalid: Error, CustomStringConvertible {
    /// The problem, and the remedy.
    public let description: String
  }

  /// The service that misbehaves.
  public let place: Place
  /// The name of the effect.
  public let effect: String
  /// The number of requests that it happens to; `nil` for all.
  public let times: Int?
  private let fault: Fault

  /// Reads a fault from its name, such as `sts:throttling@2`.
  public init(_ text: String) throws(Invalid) {
    let parts = text.utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    let names = parts[0].utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard names.count == 2, let place = Place(rawValue: names[0]) else {
      throw Invalid(
        description: "Invalid fault \(text.debugDescription). Write PLACE:EFFECT, with one of the places "
          + Place.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    }
    guard let found = Self.effects.first(where: { $0.name.isSame(as: names[1]) && $0.places.contains(place) }) else {
      let known = Self.effects.filter { $0.places.contains(place) }.map(\.name)
      throw Invalid(
        description: "Invalid fault \(text.debugDescription): \(place.rawValue) has the effects "
          + known.joined(separator: ", ") + ".")
    }
    if parts.count > 1 {
      guard let times = Int(parts[1]), times > 0 else {
        throw Invalid(description: "Invalid fault \(text.debugDescription): write a positive number after @.")
      }
      self.times = times
    } else {
      times = nil
    }
    self.place = place
    effect = found.name
    fault = found.fault
  }

  /// The name.
  public var description: String { "\(place.rawValue):\(effect)" + (times.map { "@\($0)" } ?? "") }

  /// The fault as a step of its service's plan.
  public var step: FaultPlan.Step {
    let prefix =
      switch place {
      case .metadata, .container, .sts, .service: ""
      case .metadataToken: "/latest/api/token"
      case .metadataCredentials: "/latest/meta-data/iam/"
      }
    return FaultPlan.Step(
      method: nil, pathPrefix: prefix, times: times, fault: fault, name: "\(place.rawValue):\(effect)")
  }

  /// All effects: the name, what it does, and the places where it can happen.
  public static let table: [(name: String, summary: String, places: [Place])] = effects.map {
    ($0.name, $0.summary, $0.places)
  }

  private struct Effect {
    let name: String
    let summary: String
    var places = Place.allCases
    let fault: Fault
  }

  private static let effects: [Effect] =
    [
      Effect(name: "silent", summary: "no answer; the connection stays open", fault: .silent),
      Effect(name: "closed", summary: "the connection is closed in place of an answer", fault: .closed),
      Effect(name: "reset", summary: "the connection is reset in place of an answer", fault: .reset),
      Effect(
        name: "stalled", summary: "the answer stops after 9 bytes; the connection stays open",
        fault: .stalled(afterBodyBytes: 9)),
      Effect(
        name: "truncated", summary: "the connection is closed after 9 bytes of the body",
        fault: .truncated(afterBodyBytes: 9)),
      Effect(name: "endless", summary: "the usual answer, and then spaces without end", fault: .endless),
      Effect(name: "chunked", summary: "the usual answer in chunks", fault: .chunked),
      Effect(name: "pieces", summary: "the usual answer, byte by byte", fault: .pieces(ofBytes: 1)),
      Effect(name: "closing", summary: "the usual answer with Connection: close", fault: .closing),
      Effect(name: "redirect", summary: "302 to http://127.0.0.1:1/", fault: .redirect(to: "http://127.0.0.1:1/")),
      Effect(name: "empty", summary: "200 with an empty body", fault: .answer(200)),
      Effect(name: "html", summary: "200 with an HTML page", fault: .answer(200, "<html><p>Log in</p></html>")),
    ] + statuses + codes

  private static let statuses: [Effect] = [
    (400, "Bad Request"), (401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found"), (405, "Method Not Allowed"),
    (429, "Too Many Requests"), (500, "Internal Server Error"), (502, "Bad Gateway"), (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
  ].map { status, text in
    Effect(name: "\(status)", summary: "\(status) \(text)", fault: .answer(status, text))
  }

  private static let codes: [Effect] =
    [
      ("access-denied", 403, "AccessDenied", "not authorized"),
      ("expired-token", 403, "ExpiredToken", "The security token included in the request is expired"),
      ("invalid-identity-token", 400, "InvalidIdentityToken", "the token can't be validated"),
      ("idp-communication-error", 400, "IDPCommunicationError", "the identity provider can't be reached"),
      ("throttling", 400, "Throttling", "Rate exceeded"),
    ].map { name, status, code, message in
      Effect(
        name: name, summary: "\(status) with the code \(code)", places: [.sts],
        fault: .answer(SecurityTokenService.failure(status, code, message)))
    }
    + [
      Effect(
        name: "access-denied", summary: "401 with the code AccessDeniedException", places: [.container],
        fault: .answer(ContainerCredentialsService.failure(401, "AccessDeniedException", "not authorized"))),
      Effect(
        name: "expired-token", summary: "403 with ExpiredTokenException, as for old credentials", places: [.service],
        fault: .answer(403, "ExpiredTokenException: The security token included in the request is expired")),
      Effect(
        name: "assume-role-unauthorized", summary: "200 with the code AssumeRoleUnauthorizedAccess",
        places: [.metadataCredentials], fault: .answer(200, #"{"Code":"AssumeRoleUnauthorizedAccess"}"#)),
    ]
}
