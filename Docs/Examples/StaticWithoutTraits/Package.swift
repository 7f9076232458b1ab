// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "StaticWithoutTraits",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-sigv4", path: "../../..", traits: [])],
  targets: [
    .executableTarget(name: "StaticWithoutTraits", dependencies: [.product(name: "SigV4", package: "swift-sigv4")])
  ]
)
