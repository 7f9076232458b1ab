// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "HummingbirdServer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-sigv4", path: "../../..", traits: ["HTTPTypes", "AsyncHTTPClient"]),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.26.0"),
  ],
  targets: [
    .executableTarget(
      name: "HummingbirdServer",
      dependencies: [
        .product(name: "SigV4", package: "swift-sigv4"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ]
    )
  ]
)
