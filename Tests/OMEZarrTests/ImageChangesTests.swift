import OMEZarr
import Testing
import Zarr

@Suite("What somebody who knows better says of an image")
struct ImageChangesTests {
    private let image = ImageDescription(
        name: "old", axes: [.c, .space("y", unit: "nanometer", spacing: 0.1), .space("x", spacing: 3)],
        levels: [
            .init(shape: [2, 9, 9], scale: [1, 0.1, 3], translation: [0, 0.7, 0]),
            .init(shape: [2, 5, 5], scale: [1, 0.2, 6], translation: [0, 0.75, 1.5]),
        ], type: .uint8, channels: [Channel(name: "a", window: .init(min: 5, max: 9, start: 5, end: 9))])

    @Test("counts, and everything else stays")
    func applied() throws {
        var changes = ImageChanges()
        #expect(try changes.isEmpty && changes.applied(to: image) == image)
        changes.spacings = ["y": .init(0.3, unit: "micrometer")]
        changes.channelNames = ["x", "y"]
        changes.contrasts = [0: .init(start: 1, end: 7), 1: .init(start: 2, end: 3)]
        let changed = try changes.applied(to: image)
        #expect(changed.name == "old" && changed.axes[1].unit == "micrometer" && changed.axes[2] == image.axes[2])
        #expect(changed.levels[0].scale == [1, 0.3, 3] && changed.levels[1].scale == [1, 0.6, 6])
        #expect(abs(changed.levels[0].translation[1] - 2.1) < 1e-12 && changed.levels[1].translation[2] == 1.5)
        #expect(changed.channels.map(\.name) == ["x", "y"])
        #expect(changed.channels[0].window == .init(min: 1, max: 9, start: 1, end: 7))
        #expect(changed.channels[1].window == .init(min: 2, max: 3, start: 2, end: 3))
    }

    @Test("is refused where the image has no place for it", arguments: [0, 1, 2, 3, 4, 5, 6])
    func refused(_ number: Int) {
        var changes = ImageChanges(), image = image
        switch number {
        case 0: changes.channelNames = ["one"]
        case 1: changes.channelColors = [.white, .white, .white]
        case 2: changes.contrasts = [2: .init(start: 0, end: 1)]
        case 3: changes.contrasts = [0: .init(start: 1, end: 1)]
        case 4: changes.spacings = ["z": .init(1, unit: "meter")]
        case 5: changes.spacings = ["x": .init(-.infinity, unit: "meter")]
        default:
            image.levels[0].scale[2] = 0
            changes.spacings = ["x": .init(1, unit: "meter")]
        }
        #expect(throws: OMEZarrError.self) { try changes.applied(to: image) }
    }
}
