// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "StaticSwiftCrypto",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-sigv4", path: "../../..", traits: ["SwiftCrypto"])],
  targets: [
    .executableTarget(name: "StaticSwiftCrypto", dependencies: [.product(name: "SigV4", package: "swift-sigv4")])
  ]
)
