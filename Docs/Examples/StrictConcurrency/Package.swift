// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "StrictConcurrency",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-sigv4", path: "../../..")],
  targets: [
    .executableTarget(
      name: "StrictConcurrency",
      dependencies: [.product(name: "SigV4", package: "swift-sigv4")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    )
  ]
)
