import OMEZarr
import Testing
import TileService
import Zarr

@Suite("The grammar of styles")
struct StyleQueryTests {
    private let image = ImageDescription(
        axes: [.t(), .c, .space("z"), .space("y"), .space("x")], shape: [3, 20, 9, 100, 200], type: .uint16,
        channels: (0..<20).map { Channel(isActive: $0 == 1 || $0 == 4) })

    private func style(_ query: String) throws -> RenderStyle {
        try StyleQuery.style(RequestQuery(query), of: image)
    }

    @Test("without parameters the middle plane, the first time and the active channels are shown")
    func standard() throws {
        let style = try style("")
        #expect(style.z == 4 && style.t == 0 && style.stack == nil && style.mode == .color)
        #expect(style.layers == [1, 4].map { RenderStyle.Layer(channel: $0) })
        #expect(try StyleQuery.quality(RequestQuery("")) == 80)
        let plain = ImageDescription(axes: [.space("y"), .space("x")], shape: [10, 10], type: .uint8)
        #expect(try StyleQuery.style(RequestQuery("z=0&t=0"), of: plain).layers.map(\.channel) == [0])
    }

    @Test("of an image with more channels than are shown at once the first are shown")
    func many() {
        let many = ImageDescription(axes: [.c, .space("y"), .space("x")], shape: [50, 9, 9], type: .uint8)
        #expect(RenderStyle(many).layers.map(\.channel) == Array(0..<10))
    }

    @Test("every parameter is read")
    func parameters() throws {
        let style = try style(
            "z=8&t=2&channels=7,0,7&window.0=-5.5:1e3&color.0=%23ff8000&lut.7=magma&gamma.7=0.25&invert.7=1&mode=gray"
                + "&window.3=1:2&unknown=1")
        #expect(style.z == 8 && style.t == 2 && style.mode == .gray)
        #expect(style.layers.map(\.channel) == [0, 7])
        #expect(style.layers[0].start == -5.5 && style.layers[0].end == 1000)
        #expect(style.layers[0].color == Channel.Color(hexadecimal: "FF8000") && !style.layers[0].isInverted)
        #expect(style.layers[1].map == ColorMap(named: "magma") && style.layers[1].gamma == 0.25)
        #expect(style.layers[1].isInverted)
    }

    @Test("planes are projected, all or from first to last")
    func projections() throws {
        for method in PlaneProjection.Method.allCases {
            #expect(try style("project=\(method)").stack == RenderStyle.Stack(method: method, planes: 0...8))
            #expect(try style("project=\(method):2:2").stack?.planes == 2...2)
        }
        #expect(try style("project=none").stack == nil)
    }

    @Test(
        "what cannot be shown says so",
        arguments: [
            "z=9", "z=-1", "z=a", "z=99999999999999999999", "t=3", "channels=20", "channels=-1", "channels=0,",
            "channels=a", "channels=0,1,2,3,4,5,6,7,8,9,10", "window.1=5", "window.1=5:1", "window.1=a:b",
            "window.1=1:nan", "window.1=inf:inf", "window.1=1:2:3", "window.1=:", "color.1=red", "color.1=FFF",
            "color.1=FFFFFFFF0", "color.4=%00%00%00", "lut.1=nothing", "gamma.1=0", "gamma.1=-1", "gamma.1=1e9",
            "gamma.1=nan", "mode=blue", "project=median", "project=max:3", "project=max:3:2", "project=max:0:9",
            "project=max:-1:2", "project=max:0:1:2", "project=:", "project=max:9223372036854775808:1",
        ])
    func wrong(_ query: String) {
        #expect(throws: ServiceError.self) { try style(query) }
    }

    @Test("qualities go from 1 to 100", arguments: ["0", "101", "-5", "x", "1e2"])
    func wrongQuality(_ text: String) {
        #expect(throws: ServiceError.self) { try StyleQuery.quality(RequestQuery("quality=\(text)")) }
    }

    @Test("random text is a style or an error, and never ends the process")
    func hostile() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "z", "t", "channels", "window.1", "color.1", "gamma.4", "project", "=", "&", ":", ",", "-", "1", "0",
            "9e99",
            "max", "%41", "nan", "\u{1F600}", ".", "lut.1", "FFFFFF",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            _ = try? style(text)
        }
    }
}
