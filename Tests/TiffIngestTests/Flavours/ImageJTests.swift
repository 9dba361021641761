import OMEZarr
import Testing
import TiffIngest
import Zarr

@Suite("ImageJ")
struct ImageJTests {
    /// A hyperstack whose pixels number its planes: 3 channels, 2 slices, 4 frames of 2 x 1 pixels.
    private func hyperstack(_ lines: [String], isOneDirectory: Bool, extra: [TiffBuilder.Entry] = []) -> TiffBuilder {
        var builder = TiffBuilder(isBigEndian: true)
        let pixels = (0..<24).flatMap { [UInt8($0), UInt8(100 + $0)] }
        let text = (["ImageJ=1.53t", "images=24"] + lines).joined(separator: "\n") + "\n"
        let data = builder.add(pixels)
        let description: [TiffBuilder.Entry] = [.text(270, text)] + extra
        if isOneDirectory {
            builder.setFirst(builder.add(TiffBuilder.grey(width: 2, height: 1, offset: data, extra: description)))
        } else {
            var last: (place: Int, entries: Int)?
            for plane in 0..<24 {
                let tags = TiffBuilder.grey(
                    width: 2, height: 1, offset: data + 2 * plane, extra: plane == 0 ? description : [])
                let place = builder.add(tags)
                if let last {
                    builder.link(last.place, entries: last.entries, to: place)
                } else {
                    builder.setFirst(place)
                }
                last = (place, tags.count)
            }
        }
        return builder
    }

    @Test("every order of the axes, in one directory and in many", arguments: [false, true])
    func orders(isOneDirectory: Bool) throws {
        let extents = ["c": 3, "z": 2, "t": 4]
        for order in ["czt", "ctz", "zct", "ztc", "tcz", "tzc", "default"] {
            let builder = hyperstack(
                ["channels=3", "slices=2", "frames=4", "order=\(order)"], isOneDirectory: isOneDirectory)
            // The first letter counts fastest.
            let letters = order == "default" ? ["c", "z", "t"] : order.map(String.init)
            try builder.withFile { path in
                let image = try TiffDocument.open(path: path).series[0]
                #expect(image.description.axes.map(\.name) == ["t", "c", "z", "y", "x"])
                #expect(image.description.shape == [4, 3, 2, 1, 2])
                let pixels = try image.read(Region(wholeOf: image.description.shape))
                for t in 0..<4 {
                    for c in 0..<3 {
                        for z in 0..<2 {
                            var plane = 0
                            for letter in letters.reversed() {
                                let index = letter == "t" ? t : letter == "c" ? c : z
                                plane = plane * (extents[letter] ?? 0) + index
                            }
                            #expect(pixels.bytes[((t * 3 + c) * 2 + z) * 2] == UInt8(plane), "\(order) \(t) \(c) \(z)")
                        }
                    }
                }
            }
        }
    }

    @Test("units, spacing and times come from the lines, resolutions count pixels per unit")
    func calibration() throws {
        let builder = hyperstack(
            ["slices=6", "frames=4", "unit=\\u00B5m", "zunit=nm", "spacing=350.5", "finterval=2.5"],
            isOneDirectory: true,
            extra: [
                TiffBuilder.Entry(tag: 282, type: 5, values: [4 << 32 | 1]),
                TiffBuilder.Entry(tag: 283, type: 5, values: [2 << 32 | 1]),
            ])
        try builder.withFile { path in
            let axes = try TiffDocument.open(path: path).series[0].description.axes
            #expect(axes[0] == .t(unit: "second", spacing: 2.5))
            #expect(axes[1] == .space("z", unit: "nanometer", spacing: 350.5))
            #expect(axes[2].unit == "micrometer" && axes[3].unit == "micrometer")
        }
        for nonsense in ["spacing=0", "spacing=-1", "spacing=nan", "spacing=x"] {
            try hyperstack(["slices=24", "unit=um", nonsense], isOneDirectory: true).withFile { path in
                let axes = try TiffDocument.open(path: path).series[0].description.axes
                #expect(axes[0].spacing == 1)
            }
        }
    }

    @Test("a description that counts more than there is reads as plain pages, with a warning")
    func missingPlanes() throws {
        let builder = hyperstack(["slices=1000000", "frames=4"], isOneDirectory: true)
        try builder.withFile { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.flavour == "TIFF" && document.series[0].description.shape == [1, 2])
            #expect(document.warnings.count == 1)
        }
        let endless = hyperstack(["slices=9223372036854775807", "frames=9"], isOneDirectory: true)
        try endless.withFile { path in
            let document = try TiffDocument.open(path: path)
            #expect(document.series.count == 1 && document.flavour == "TIFF")
        }
    }

    @Test("ranges and linear colour tables become windows and colours", arguments: [false, true])
    func displayMetadata(isBigEndian: Bool) throws {
        var builder = TiffBuilder(isBigEndian: isBigEndian)
        let red = (0..<256).map { UInt8($0) } + [UInt8](repeating: 0, count: 512)
        let fire = (0..<768).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let ranges = [10.0, 200, 5, 250].flatMap { builder.number($0.bitPattern, 8) }
        func kind(_ name: String) -> [UInt8] { isBigEndian ? Array(name.utf8) : Array(name.utf8.reversed()) }
        var payload = isBigEndian ? Array("IJIJ".utf8) : Array("JIJI".utf8)
        payload += kind("rang") + builder.number(1, 4) + kind("luts") + builder.number(2, 4)
        let lengths = [payload.count, ranges.count, 768, 768]
        payload += ranges + red + fire
        let data = builder.add([UInt8](0..<8))
        let text = "ImageJ=1.53t\nimages=2\nchannels=2\nmode=composite\n"
        builder.setFirst(
            builder.add(
                TiffBuilder.grey(
                    width: 2, height: 2, offset: data,
                    extra: [
                        .text(270, text), TiffBuilder.Entry(tag: 50838, type: 4, values: lengths.map { UInt64($0) }),
                        TiffBuilder.Entry(tag: 50839, type: 1, values: payload.map { UInt64($0) }),
                    ])))
        try builder.withFile { path in
            let channels = try TiffDocument.open(path: path).series[0].description.channels
            #expect(channels.map(\.color) == [Channel.Color(red: 255, green: 0, blue: 0), nil])
            #expect(channels.map(\.window?.start) == [10, 5] && channels.map(\.window?.end) == [200, 250])
        }
    }
}
