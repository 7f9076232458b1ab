// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "GRPCInterceptors",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-sigv4", path: "../../.."),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
  ],
  targets: [
    .executableTarget(
      name: "GRPCInterceptors",
      dependencies: [
        .product(name: "SigV4", package: "swift-sigv4"),
        .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
      ]
    )
  ]
)
