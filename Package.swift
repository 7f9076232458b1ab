// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "swift-sigv4",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    // The only product: an executable or test target without one costs a consumer nothing.
    .library(name: "SigV4", targets: ["SigV4"])
  ],
  traits: [
    .default(enabledTraits: ["URLSession"]),
    .trait(
      name: "URLSession",
      description: "URLRequest signing, and URLSession for https of credential providers on Apple platforms."),
    .trait(
      name: "SwiftCrypto",
      description: "apple/swift-crypto in place of the system's libcrypto and libssl, for static Linux builds."),
    .trait(
      name: "HTTPTypes",
      description: "HTTPRequest signing, from apple/swift-http-types."),
    .trait(
      name: "AsyncHTTPClient",
      description: "HTTPClientRequest signing, and AsyncHTTPClient as a transport."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.26.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.29.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.26.0"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.36.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CSigV4OpenSSL",
      providers: [.apt(["libssl-dev"])]
    ),
    .target(
      name: "SigV4",
      dependencies: [
        .target(name: "CSigV4OpenSSL", condition: .when(platforms: [.linux])),
        .product(
          name: "Crypto", package: "swift-crypto",
          condition: .when(traits: ["SwiftCrypto"])),
        .product(
          name: "HTTPTypes", package: "swift-http-types",
          condition: .when(traits: ["HTTPTypes"])),
        .product(
          name: "AsyncHTTPClient", package: "async-http-client",
          condition: .when(traits: ["AsyncHTTPClient"])),
        .product(
          name: "NIOCore", package: "swift-nio",
          condition: .when(traits: ["AsyncHTTPClient"])),
        .product(
          name: "NIOHTTP1", package: "swift-nio",
          condition: .when(traits: ["AsyncHTTPClient"])),
        .product(
          name: "NIOPosix", package: "swift-nio",
          condition: .when(traits: ["AsyncHTTPClient"])),
      ],
      swiftSettings: settings + [
        .strictMemorySafety(),
        // For Array+Span.swift.
        .enableExperimentalFeature("Lifetimes", .when(platforms: [.macOS, .iOS, .tvOS, .watchOS, .visionOS])),
      ]
    ),
    .target(
      name: "Conformance",
      dependencies: ["SigV4"],
      swiftSettings: settings
    ),
    .target(
      name: "LocalAWS",
      dependencies: [
        "SigV4",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "sigv4-cli",
      dependencies: [
        "SigV4",
        "Conformance",
        "LocalAWS",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["AsyncHTTPClient"])),
        .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["AsyncHTTPClient"])),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["AsyncHTTPClient"])),
        .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["AsyncHTTPClient"])),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["AsyncHTTPClient"])),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "CAllocationCounter",
      path: "Tests/CAllocationCounter"
    ),
    .executableTarget(
      name: "SigningBenchmark",
      dependencies: [
        "SigV4", "CSigV4OpenSSL", "CAllocationCounter",
        .product(name: "HTTPTypes", package: "swift-http-types", condition: .when(traits: ["HTTPTypes"])),
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["AsyncHTTPClient"])),
      ],
      path: "Tests/SigningBenchmark",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "LookupStorm",
      dependencies: ["SigV4"],
      path: "Tests/LookupStorm",
      swiftSettings: settings
    ),
    .testTarget(
      name: "SigV4Tests",
      dependencies: [
        "SigV4",
        "Conformance",
        "LocalAWS",
        .target(name: "CSigV4OpenSSL", condition: .when(platforms: [.linux])),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: .when(traits: ["HTTPTypes"])),
        .product(name: "HTTPTypesFoundation", package: "swift-http-types", condition: .when(traits: ["HTTPTypes"])),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras", condition: .when(traits: ["HTTPTypes"])),
        .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras", condition: .when(traits: ["HTTPTypes"])),
        .product(name: "NIOHTTP2", package: "swift-nio-http2", condition: .when(traits: ["HTTPTypes"])),
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["AsyncHTTPClient"])),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "sigv4-cli", "SigV4", "LocalAWS",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["AsyncHTTPClient"])),
      ],
      exclude: ["curl-commands.jsonl"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "LocalAWSTests",
      dependencies: [
        "SigV4",
        "LocalAWS",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
  ]
)
