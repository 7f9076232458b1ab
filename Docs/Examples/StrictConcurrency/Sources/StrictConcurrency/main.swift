// Signs the requests of an actor and of main.swift, and shares one session between tasks: StrictConcurrency URL

import Foundation
import SigV4

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A client whose request is part of the actor's state.
actor Reservations {
  private let signer = Signer(service: .vpcLattice, region: "us-west-2")
  private var request: URLRequest

  init(_ url: URL) { request = URLRequest(url: url) }

  func status() async throws -> Int? {
    // begin: actor
    // An actor's property can't be changed while its function waits, so signed(_:) returns a copy.
    request = try await signer.signed(request, with: .default)
    // end
    let (_, response) = try await URLSession.shared.data(for: request)
    return (response as? HTTPURLResponse)?.statusCode
  }
}

guard let url = CommandLine.arguments.dropFirst().first.flatMap(URL.init(string:)) else {
  print("usage: StrictConcurrency URL")
  exit(64)
}

let reservations = Reservations(url)
for _ in 1...2 { print("actor", try await reservations.status() ?? 0) }

// A variable of main.swift belongs to the main actor.
var request = URLRequest(url: url)
request = try await Signer(service: .vpcLattice, region: "us-west-2").signed(request, with: .default)
let (body, _) = try await URLSession.shared.data(for: request)
print("main.swift", String(decoding: body, as: UTF8.self))

// begin: tasks
let session = SigningSession(service: .vpcLattice, region: "us-west-2")
async let first = session.data(for: URLRequest(url: url))
async let second = session.data(for: URLRequest(url: url))
// end
for (_, response) in try await [first, second] { print("tasks", response.statusCode) }
