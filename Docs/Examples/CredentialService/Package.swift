// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "CredentialService",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-sigv4", path: "../../.."),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.9.0"),
  ],
  targets: [
    .executableTarget(
      name: "CredentialService",
      dependencies: [
        .product(name: "SigV4", package: "swift-sigv4"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    )
  ]
)
