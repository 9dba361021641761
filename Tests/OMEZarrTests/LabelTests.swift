import OMEZarr
import Testing
import Zarr

@Suite("Labels of an image")
struct LabelTests {
    private static let czyx = [Axis.c, .space("z", spacing: 2), .space("y", spacing: 0.5), .space("x", spacing: 0.5)]
    private static let image = ImageDescription(axes: czyx, shape: [2, 3, 4, 5], type: .uint16)

    private func mask(_ names: String, _ shape: [Int]) -> ImageSelectionTests.Counting {
        let axes = names.map { $0 == "c" ? Axis.c : $0 == "t" ? .t() : .space(String($0)) }
        return ImageSelectionTests.Counting(axes, shape, natural: shape)
    }

    @Test("have the image's axes, and one element on those the mask has not")
    func axes() throws {
        for (names, shape, expected) in [
            ("yx", [4, 5], [1, 1, 4, 5]), ("zyx", [3, 4, 5], [1, 3, 4, 5]), ("czyx", [2, 3, 4, 5], [2, 3, 4, 5]),
            ("czyx", [1, 3, 4, 5], [1, 3, 4, 5]), ("cyx", [2, 4, 5], [2, 1, 4, 5]), ("tyx", [1, 4, 5], [1, 1, 4, 5]),
        ] {
            let mask = mask(names, shape)
            let labels = try AlignedLabels(mask, of: Self.image, name: "l")
            #expect(labels.description.shape == expected && labels.description.axes == Self.czyx)
            #expect(labels.description.isLabels && labels.description.levels[0].scale == [1, 2, 0.5, 0.5])
            let all: [UInt16] = try labels.read(Region(wholeOf: expected)).elements()
            #expect(all == (0..<UInt16(shape.reduce(1, *))).map { $0 })
            let corner = Region(origin: expected.map { $0 - 1 }, shape: [1, 1, 1, 1])
            #expect(try labels.read(corner).elements() == [UInt16(shape.reduce(1, *) - 1)])
        }
    }

    @Test("that do not fit are refused, and both shapes named")
    func misfits() {
        for (names, shape) in [
            ("yx", [4, 4]), ("yx", [5, 4]), ("zyx", [2, 4, 5]), ("tyx", [2, 4, 5]), ("cyx", [3, 4, 5]),
            ("yx", [1, 5]), ("zx", [3, 5]),
        ] {
            #expect {
                try AlignedLabels(mask(names, shape), of: Self.image, name: "l")
            } throws: { "\($0)".contains("c 2, z 3, y 4, x 5") }
        }
    }

    @Test("are counted by value, up to a limit")
    func census() throws {
        #expect(try LabelCensus.values(of: mask("yx", [3, 4])) == Array(0..<12))
        let most = LabelCensus.valueLimit
        #expect(try LabelCensus.values(of: mask("yx", [16, most / 16])) == Array(0..<most))
        #expect(try LabelCensus.values(of: mask("yx", [1, most + 1])) == nil)
    }

    @Test("get colours that differ, and a background that does not show")
    func colors() {
        let colors = (0...1536).map { LabelColor.standard($0) }
        #expect(colors[0].alpha == 0 && colors.dropFirst().allSatisfy { $0.alpha == 255 })
        for (a, b) in zip(colors.dropFirst(), colors.dropFirst(2)) {
            let distance = [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)].map { abs(Int($0) - Int($1)) }
            #expect(distance.reduce(0, +) > 150, "\(a) and \(b)")
        }
        for value in [Int.min, -1, Int.max] { #expect(LabelColor.standard(value).alpha == 255) }
    }

    @Test("keep what is known of them when they are written and read", arguments: OMEZarrVersion.allCases)
    func details(_ version: OMEZarrVersion) throws {
        var image = ImageDescription(axes: [.space("y"), .space("x")], shape: [4, 4], type: .uint8, isLabels: true)
        image.labelDetails = LabelDetails(
            colors: [.standard(0), .standard(7)], properties: [["label-value": 7, "class": "nucleus"]],
            source: LabelDetails.ownImage)
        let attributes = try ImageMetadata(image).attributes(version)
        let read = try ImageMetadata(reading: attributes, shapes: [[4, 4]], type: .uint8)
        #expect(
            read.labelDetails == image.labelDetails
                && read.description(shapes: [[4, 4]]).labelDetails == image.labelDetails)
    }

    @Test("are read with goodwill: of two colours the last counts, and what is none is left out")
    func goodwill() {
        let details = LabelDetails(
            reading: [
                "colors": [
                    ["label-value": 1, "rgba": [1, 2, 3, 4]], ["label-value": 1, "rgba": [5, 6, 7, 8]],
                    ["label-value": 2, "rgba": [1, 2, 300, 4]], ["label-value": 2.5, "rgba": [1, 2, 3, 4]], "red",
                ],
                "properties": [["name": "x"], ["label-value": 3]],
            ])
        #expect(details.colors == [LabelColor(value: 1, red: 5, green: 6, blue: 7, alpha: 8)])
        #expect(details.properties == [["label-value": 3]] && details.source == nil)
    }
}
