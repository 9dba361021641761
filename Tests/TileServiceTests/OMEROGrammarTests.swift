import OMEZarr
import Testing
import TileService
import Zarr

@Suite("OMERO's grammar")
struct OMEROGrammarTests {
    private let image: ImageDescription = {
        var image = ImageDescription(
            axes: [.c, .space("z"), .space("y"), .space("x")], shape: [3, 9, 600, 1000], type: .uint16)
        image.levels.append(.init(shape: [3, 9, 300, 500], scale: [1, 1, 2, 2], translation: [0, 0, 0.5, 0.5]))
        return image
    }()

    private func style(_ query: String) throws -> RenderStyle {
        try OMEROStyle.style(RequestQuery(query), z: 3, t: 0, of: image)
    }

    private func frame(_ query: String) throws -> RenderFrame { try OMEROFrame.frame(RequestQuery(query), of: image) }

    @Test("channels have windows, inversion, and colours of 3 to 8 digits or a map")
    func channels() throws {
        let style = try style("c=3|0:7r$0F0,-2|1:2$FF0000,1|-10:65535.5-r$fire0080&m=c".replacing("fire", with: "ff"))
        #expect(style.layers.map(\.channel) == [0, 2])
        #expect(style.layers[0].start == -10 && style.layers[0].end == 65535.5 && !style.layers[0].isInverted)
        #expect(style.layers[0].color?.hexadecimal == "FF0080")
        #expect(style.layers[1].isInverted && style.layers[1].color?.hexadecimal == "00FF00")
        #expect(try self.style("c=1$F00F").layers[0].color?.hexadecimal == "FF0000")
        #expect(try self.style("c=1|1:2$viridis.lut").layers[0].map?.name == "viridis")
        #expect(try self.style("").layers.count == 3)
    }

    @Test("in grey the first channel that is on is shown")
    func gray() throws {
        let style = try style("c=-1,2|5:6$FF0000,3&m=g")
        #expect(style.mode == .gray && style.layers.map(\.channel) == [1])
    }

    @Test("projections and maps")
    func rest() throws {
        #expect(try style("p=intmax").stack == .init(method: .max, planes: 0...8))
        #expect(try style("p=intmean|2:5").stack == .init(method: .mean, planes: 2...5))
        #expect(try style("p=intsum|0:0").stack == .init(method: .sum, planes: 0...0))
        #expect(try style("p=normal").stack == nil && style("p=normal").z == 3)
        let maps = #"[{"inverted":{"enabled":true}},{"quantization":{"family":"polynomial","coefficient":0.5}}]"#
        let style = try style("c=1,2&maps=" + maps.replacing("\"", with: "%22"))
        #expect(style.layers[0].isInverted && style.layers[1].gamma == 0.5)
    }

    @Test("regions are cut at the edge, tiles belong to a level")
    func frames() throws {
        #expect(
            try frame("region=900,500,200,200")
                == RenderFrame(x: 900, y: 500, width: 100, height: 100, columns: 100, rows: 100))
        #expect(
            try frame("tile=0,1,1") == RenderFrame(x: 256, y: 256, width: 256, height: 256, columns: 256, rows: 256))
        #expect(
            try frame("tile=1,1,0,300,200")
                == RenderFrame(x: 600, y: 0, width: 400, height: 400, columns: 200, rows: 200))
    }

    @Test(
        "what is malformed or outside says so",
        arguments: [
            "c=4", "c=0", "c=x", "c=-1", "c=1|2", "c=1|5:1", "c=1$GGG", "c=1$12345", "c=1$nothing.lut", "c=1,1",
            "c=9223372036854775808", "c=-9223372036854775808", "m=x", "p=intmedian", "p=intmax|5", "p=intmax|5:2",
            "p=intmax|0:9", "p=intmax|0:1|2", "maps=[", "maps=7",
            "c=1&maps=[{%22quantization%22:{%22family%22:%22x%22}}]",
            "c=1&maps=[{%22quantization%22:{%22family%22:%22polynomial%22,%22coefficient%22:0}}]",
        ])
    func wrongStyles(_ query: String) {
        #expect(throws: ServiceError.self) { try style(query) }
    }

    @Test(
        "frames outside of the image say so",
        arguments: [
            "", "region=1,2,3", "region=1000,0,1,1", "region=0,600,1,1", "region=0,0,0,1", "region=-1,0,1,1",
            "region=a,0,1,1", "tile=2,0,0", "tile=-1,0,0", "tile=0,4,0", "tile=0,0,3", "tile=0,0", "tile=0,0,0,5",
            "tile=0,0,0,2049,5", "tile=0,0,0,0,5", "tile=0,9223372036854775807,0,2048,2048", "tile=,,",
        ])
    func wrongFrames(_ query: String) {
        #expect(throws: ServiceError.self) { try frame(query) }
    }
}
