// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "Vendored",
  platforms: [.macOS(.v15)],
  targets: [
    .systemLibrary(name: "CSigV4OpenSSL"),
    .target(
      name: "SigV4", dependencies: [.target(name: "CSigV4OpenSSL", condition: .when(platforms: [.linux]))],
      swiftSettings: [
        .enableExperimentalFeature("Lifetimes", .when(platforms: [.macOS, .iOS, .tvOS, .watchOS, .visionOS]))
      ]),
    .executableTarget(name: "Vendored", dependencies: ["SigV4"]),
  ]
)
