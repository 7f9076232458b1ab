// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "URLSessionCommand",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-sigv4", path: "../../..")],
  targets: [
    .executableTarget(name: "URLSessionCommand", dependencies: [.product(name: "SigV4", package: "swift-sigv4")])
  ]
)
