// swift-tools-version: 6.1
import PackageDescription

/// A C library found through pkg-config, or where compilers look anyway, with the packages that provide it.
func library(_ name: String, _ pkgConfig: String?, apt: String, brew: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

let package = Package(
    name: "ome-zarr",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Zarr", targets: ["Zarr"]),
        .library(name: "OMEZarr", targets: ["OMEZarr"]),
        .library(name: "Pyramid", targets: ["Pyramid"]),
        .library(name: "TiffIngest", targets: ["TiffIngest"]),
        .library(name: "TileService", targets: ["TileService"]),
        .executable(name: "ome-zarr", targets: ["ome-zarr-cli"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        library("CBlosc", "blosc", apt: "libblosc-dev", brew: "c-blosc"),
        // bzip2 has no file for pkg-config.
        library("CBZip2", nil, apt: "libbz2-dev", brew: "bzip2"),
        library("CDeflate", "libdeflate", apt: "libdeflate-dev", brew: "libdeflate"),
        library("CExpat", "expat", apt: "libexpat1-dev", brew: "expat"),
        library("CJPEG", "libjpeg", apt: "libjpeg-dev", brew: "jpeg-turbo"),
        library("CLZ4", "liblz4", apt: "liblz4-dev", brew: "lz4"),
        library("CLZMA", "liblzma", apt: "liblzma-dev", brew: "xz"),
        library("CPNG", "libpng", apt: "libpng-dev", brew: "libpng"),
        library("CTIFF", "libtiff-4", apt: "libtiff-dev", brew: "libtiff"),
        library("CWebP", "libwebp", apt: "libwebp-dev", brew: "webp"),
        library("CZlib", "zlib", apt: "zlib1g-dev", brew: "zlib"),
        library("CZstd", "libzstd", apt: "libzstd-dev", brew: "zstd"),
        .target(name: "CCRC32C"),
        .target(name: "CSystemCalls"),
        .target(name: "CTIFFShims", dependencies: ["CJPEG", "CTIFF"]),

        .target(
            name: "Zarr",
            dependencies: ["CBlosc", "CBZip2", "CCRC32C", "CDeflate", "CLZ4", "CLZMA", "CSystemCalls", "CZstd"]),
        .target(name: "OMEZarr", dependencies: ["Zarr", "CDeflate", "CExpat"]),
        .target(name: "Pyramid", dependencies: ["Zarr", "OMEZarr"]),
        .target(
            name: "TiffIngest",
            dependencies: [
                "Zarr", "OMEZarr", "CDeflate", "CExpat", "CLZMA", "CTIFF", "CTIFFShims", "CWebP", "CZlib", "CZstd",
            ]),
        .target(
            name: "TileService",
            dependencies: [
                "Zarr", "OMEZarr", "Pyramid", "TiffIngest", "CTIFFShims", "CWebP",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
            ],
            resources: [.embedInCode("Viewer/page"), .embedInCode("API/openapi.json")]),
        .executableTarget(
            name: "ome-zarr-cli",
            dependencies: [
                "CSystemCalls", "Zarr", "OMEZarr", "Pyramid", "TiffIngest", "TileService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "zarr-bench", dependencies: ["Zarr"], path: "Benchmarks/zarr-bench"),

        .executableTarget(name: "zarr-exchange", dependencies: ["Zarr"], path: "Tests/interop/zarr-exchange"),
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "ZarrTests", dependencies: ["TestSupport", "Zarr"]),
        .testTarget(name: "OMEZarrTests", dependencies: ["TestSupport", "OMEZarr", "CPNG"]),
        .testTarget(name: "PyramidTests", dependencies: ["TestSupport", "Pyramid", "OMEZarr", "Zarr"]),
        .testTarget(name: "TiffIngestTests", dependencies: ["TestSupport", "TiffIngest", "OMEZarr", "Zarr", "CTIFF"]),
        .testTarget(
            name: "TileServiceTests", dependencies: ["TestSupport", "TileService", "TiffIngest", "OMEZarr", "Zarr"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["TestSupport", "CTIFF", "Pyramid", "TiffIngest", "OMEZarr", "Zarr"]),
    ],
    swiftLanguageModes: [.v6]
)

// Only for scripts/docs: who merely builds the package need not fetch a plugin for its documentation.
if Context.environment["OME_ZARR_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
