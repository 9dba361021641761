import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("tifffile")
struct ShapedTiffTests {
    /// A stack of two planes of 3 x 2 pixels with one directory, its resolution tags and the description's text behind
    /// shape and axes.
    private func stack(_ rest: String, resolution: (Int, Int) = (10, 5), unit: Int?) -> TiffBuilder {
        var builder = TiffBuilder()
        let data = builder.add([UInt8](1...12))
        let text = "{\"shape\": [2, 2, 3], \"axes\": \"ZYX\"\(rest)}"
        var tags: [TiffBuilder.Entry] = [
            .text(270, text), TiffBuilder.Entry(tag: 282, type: 5, values: [UInt64(resolution.0) | 1 << 32]),
            TiffBuilder.Entry(tag: 283, type: 5, values: [UInt64(resolution.1) | 1 << 32]),
        ]
        if let unit { tags.append(.short(296, unit)) }
        builder.setFirst(builder.add(TiffBuilder.grey(width: 3, height: 2, offset: data, extra: tags)))
        return builder
    }

    private func open(_ builder: TiffBuilder) throws -> (axes: [Axis], warnings: [String]) {
        try builder.withFile { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.flavour == "tifffile")
            let image = document.series[0]
            #expect(try image.read(Region(wholeOf: [2, 2, 3])).bytes == [UInt8](1...12))
            return (image.description.axes, document.warnings)
        }
    }

    @Test("a file of tifffile 2026.3.3 has spacing, unit and resolution")
    func written() throws {
        // imwrite(..., resolution=(10, 5), resolutionunit='NONE', metadata={'axes': 'ZYX', 'spacing': 1.5,
        // 'unit': '\u00b5m', 'finterval': 0.5}); the text is what lies at tag 270.
        let text = #", "spacing": 1.5, "unit": "\u00b5m", "finterval": 0.5"#
        #expect(
            try open(stack(text, unit: 1)).axes == [
                .space("z", unit: "micrometer", spacing: 1.5), .space("y", unit: "micrometer", spacing: 0.2),
                .space("x", unit: "micrometer", spacing: 0.1),
            ])
    }

    @Test("resolution tags with a unit of their own keep it, but for the inch, which tifffile writes by itself")
    func ownUnits() throws {
        let text = #", "spacing": 2, "unit": "nm""#
        let (metric, silent) = try open(stack(text, unit: 3))
        #expect(metric.map(\.unit) == ["nanometer", "micrometer", "micrometer"])
        #expect(metric.map(\.spacing) == [2, 2000, 1000])
        #expect(!silent.contains { $0.contains("inch") })
        let (axes, warnings) = try open(stack(text, unit: 2))
        #expect(axes.map(\.unit) == ["nanometer", "nanometer", "nanometer"])
        #expect(axes.map(\.spacing) == [2, 0.2, 0.1])
        #expect(warnings.contains { $0.contains("inch") })
        let ones = try open(stack(text, resolution: (1, 1), unit: 2)).axes
        #expect(ones.map(\.spacing) == [2, 1, 1] && ones.allSatisfy { $0.unit == "nanometer" })
        #expect(try open(stack(text, unit: 4)).axes[2] == .space("x", unit: "millimeter", spacing: 0.1))
        #expect(try open(stack(text, unit: 5)).axes[2] == .space("x", unit: "micrometer", spacing: 0.1))
    }

    @Test("what nobody gave stays unknown")
    func unknown() throws {
        let plain = [Axis.space("z"), .space("y"), .space("x")]
        #expect(try open(stack("", unit: 1)).axes == plain)
        #expect(try open(stack(#", "spacing": 2"#, unit: nil)).axes == plain)
        #expect(try open(stack(#", "spacing": 2, "unit": "pixel""#, unit: 1)).axes == plain)
        // tifffile writes a resolution of 1 where none was given.
        let defaults = try open(stack(#", "spacing": 2, "unit": "um""#, resolution: (1, 1), unit: 1)).axes
        #expect(defaults == [.space("z", unit: "micrometer", spacing: 2), .space("y"), .space("x")])
        for value in ["NaN", "-Infinity", "-1", "0", "1e999", "\"2\"", "null"] {
            let axes = try open(stack(", \"note\": \"\\\"NaN\", \"spacing\": \(value), \"unit\": \"um\"", unit: 1)).axes
            #expect(axes[0] == .space("z") && axes[1].unit == "micrometer", "\(value)")
        }
    }

    @Test("a description that is no JSON leaves plain pages and a warning")
    func broken() throws {
        for rest in [", \"spacing\": ", "}", ", spacing: 1", ", \"a\": \"\\"] {
            try stack(rest, unit: 1).withFile { path in
                let document = try TiffDocument.open(path: path)
                #expect(document.flavour == "TIFF" && document.series[0].description.shape == [2, 3])
                #expect(document.warnings.contains { $0.contains("is not JSON") })
            }
        }
    }

    @Test("shapes that do not fit the pages are not followed, too many planes are refused")
    func hostileShapes() throws {
        for shape in ["[]", "[0]", "[-6]", "[2, 2, 3.5]", "[2, 2, \"3\"]", "6", "[7]", "[9223372036854775807, 6]"] {
            var builder = TiffBuilder()
            let data = builder.add([UInt8](1...6)), text = "{\"shape\": \(shape)}"
            builder.setFirst(
                builder.add(TiffBuilder.grey(width: 3, height: 2, offset: data, extra: [.text(270, text)])))
            let flavour = try builder.withFile { try TiffDocument.open(path: $0).flavour }
            #expect(flavour == "TIFF", "\(shape)")
        }
        var builder = TiffBuilder()
        let data = builder.add([UInt8](1...6)), text = "{\"shape\": [9000000, 2, 3], \"axes\": \"CYX\"}"
        builder.setFirst(builder.add(TiffBuilder.grey(width: 3, height: 2, offset: data, extra: [.text(270, text)])))
        try builder.withFile { path in
            let error = #expect(throws: TiffError.self) { try TiffDocument.open(path: path) }
            #expect(error?.code == .limitExceeded)
        }
    }
}
