// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "AsyncHTTPClientUpload",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-sigv4", path: "../../..", traits: ["AsyncHTTPClient"]),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.26.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
  ],
  targets: [
    .executableTarget(
      name: "AsyncHTTPClientUpload",
      dependencies: [
        .product(name: "SigV4", package: "swift-sigv4"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "_NIOFileSystem", package: "swift-nio"),
      ]
    )
  ]
)
