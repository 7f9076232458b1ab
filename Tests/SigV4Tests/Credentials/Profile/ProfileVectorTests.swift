import Foundation
import Testing

@testable import SigV4

/// The cases of `TestVectors/profiles`: how shared files are read, and what profiles in them mean.
struct ProfileVectorTests {
  struct FileCase: Decodable, CustomTestStringConvertible {
    let id: String
    let config: String?
    let credentials: String?
    let profiles: [String: [String: String]]?
    let errorLine: Int?
    var testDescription: String { id }
  }

  struct RoleCase: Decodable, CustomTestStringConvertible {
    let id: String
    let profiles: [String: [String: String]]
    let plan: [String]?
    let errorNames: String?
    var testDescription: String { id }
  }

  private static func cases<Case: Decodable>(_ name: String) throws -> [Case] {
    let url = VectorFiles.packageRoot.appending(path: "TestVectors/profiles/\(name).jsonl")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Case.self, from: Data($0.utf8))
    }
  }

  private static func profiles(config: String?, credentials: String?) async throws -> SharedProfiles {
    let files = ProviderFiles { (path: String) throws(ProviderFiles.Failure) -> [UInt8] in
      guard let text = path == "/home/me/.aws/config" ? config : credentials else { throw .missing }
      return Array(text.utf8)
    }
    return try await SharedProfiles(["HOME": "/home/me"], files)
  }

  @Test(arguments: try cases("files") as [FileCase])
  func `a file's profiles are those that the SDKs read`(row: FileCase) async throws {
    if let profiles = row.profiles {
      #expect(try await Self.profiles(config: row.config, credentials: row.credentials).all == profiles)
    } else {
      let error = await #expect(throws: CredentialError.self) {
        try await Self.profiles(config: row.config, credentials: row.credentials)
      }
      #expect(error?.code == .misconfigured)
      let line = try #require(row.errorLine)
      #expect(error?.message.hasPrefix(#"Line \#(line) of "/home/me/.aws/c"#) == true, "\(String(describing: error))")
      #expect(error?.message.contains("wJalr") == false)
    }
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      ("[profile NAME]\n", "a=\n"), ("[profile NAME]\na=\n", " a=\n"), ("[profile p]\nNAME=\n", " a=\n"),
    ])
  func `a file with one name of half its length is read in one pass`(start: String, line: String) async throws {
    let name = String(repeating: "n", count: 1 << 20)
    let lines = String(repeating: line, count: (1 << 20) / line.utf8.count)
    let profiles = try await Self.profiles(config: start.replacing("NAME", with: name) + lines, credentials: nil)
    #expect(profiles.all.count == 1)
  }

  @Test(arguments: try cases("roles") as [RoleCase])
  func `a profile's plan is the one that the SDKs make`(row: RoleCase) async throws {
    let text = row.profiles.map { name, properties in
      "[\(name)]\n" + properties.map { "\($0) = \($1)\n" }.joined()
    }.joined()
    let profiles = try await Self.profiles(config: nil, credentials: text)
    if let plan = row.plan {
      #expect(try ProfilePlan("A", of: profiles, region: "us-west-2").steps == plan)
    } else {
      let error = #expect(throws: CredentialError.self) { try ProfilePlan("A", of: profiles, region: nil) }
      let name = try #require(row.errorNames)
      #expect(error?.message.contains(name) == true, "\(String(describing: error))")
      #expect(error?.code == (row.id == "own/region-only" ? .notConfigured : .misconfigured))
    }
  }
}

extension ProfilePlan {
  /// The plan in the vectors' words.
  fileprivate var steps: [String] {
    [source.step]
      + roles.map { role in
        (["role", role.roleARN, role.roleSessionName].compactMap(\.self)
          + (role.externalID.map { ["externally", $0] } ?? [])).joined(separator: " ")
      }
  }
}

extension ProfilePlan.Source {
  fileprivate var step: String {
    switch self {
    case .keys(let credentials): "keys \(credentials.accessKeyID)"
    case .named(let source): "named \(source.rawValue)"
    case .process(let command): "process \(command)"
    case .webIdentity(let settings):
      ["token", settings.tokenFile, settings.roleARN, settings.roleSessionName].compactMap(\.self)
        .joined(separator: " ")
    }
  }
}
