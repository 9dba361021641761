// swift-tools-version: 6.1
import PackageDescription

func fuzzer(_ name: String) -> Target {
    .executableTarget(name: name, dependencies: ["CFuzzer", .product(name: "Zarr", package: "ome-zarr")])
}

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "ome-zarr", path: "..")],
    targets: [.target(name: "CFuzzer")] + ["MetadataFuzz", "ShardIndexFuzz", "BloscFuzz", "ZipFuzz", "N5Fuzz"].map(fuzzer),
    swiftLanguageModes: [.v6]
)
