import Foundation

/// The fuzzed target, chosen by the environment variable `FUZZ_TARGET`.
enum FuzzTarget: String {
  case authorization, query, canonicalizer, errors, documents, streams, commands, forms, policies

  static let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      fatalError(
        "FUZZ_TARGET must be authorization, query, canonicalizer, errors, documents, streams, commands, forms or policies."
      )
    }
    return target
  }()

  func run(_ input: [UInt8]) {
    switch self {
    case .authorization: fuzzAuthorization(input)
    case .query: fuzzQuery(input)
    case .canonicalizer: fuzzCanonicalizer(input)
    case .errors: fuzzErrors(input)
    case .documents: fuzzDocuments(input)
    case .streams: fuzzStreams(input)
    case .commands: fuzzCommands(input)
    case .forms: fuzzForms(input)
    case .policies: fuzzPolicies(input)
    }
  }
}

/// libFuzzer calls this with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// Ends the program, which makes libFuzzer keep the input, unless `condition` holds.
func expect(_ condition: Bool, _ rule: String, _ details: Any...) {
  guard !condition else { return }
  fatalError(([rule] + details.map { String(reflecting: $0) }).joined(separator: "\n"))
}
