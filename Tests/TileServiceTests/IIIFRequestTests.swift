import Testing
import TileService

@Suite("Addresses of IIIF")
struct IIIFRequestTests {
    private func canonical(
        _ path: String, _ version: IIIFVersion = .three, width: Int = 1000, height: Int = 600
    ) throws -> String {
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return try IIIFRequest(names, width: width, height: height, version).canonical
    }

    @Test("regions are cut at the edge, in pixels, percent or a square")
    func regions() throws {
        let expected = [
            "full": "full", "0,0,1000,600": "full", "0,0,5000,5000": "full", "10,20,30,40": "10,20,30,40",
            "900,500,400,400": "900,500,100,100", "square": "200,0,600,600", "pct:50,50,50,50": "500,300,500,300",
            "pct:0,0,100,100": "full", "pct:33.3,0,0.1,.5": "333,0,1,3", "0,0,99999999999999999999,1": "0,0,1000,1",
        ]
        for (region, canonical) in expected {
            #expect(try self.canonical("\(region)/max/0/default.jpg") == "\(canonical)/max/0/default.jpg", "\(region)")
        }
        #expect(try canonical("square/max/0/default.jpg", width: 60, height: 100) == "0,20,60,60/max/0/default.jpg")
    }

    @Test("sizes of version 3 are those of the specification")
    func sizes() throws {
        let expected = [
            "max": "max", "^max": "^5287,3172", "500,": "500,300", ",300": "500,300", "pct:50": "500,300",
            "500,500": "500,500", "!500,500": "500,300", "!5000,300": "500,300", "!1000,9999": "max", "1000,": "max",
            "^2000,": "^2000,1200", "^,1200": "^2000,1200", "^pct:200": "^2000,1200", "^2000,10": "^2000,10",
            "^!2000,2000": "^2000,1200", "^500,": "500,300", "1,": "1,1", ",1": "2,1",
        ]
        for (size, canonical) in expected {
            #expect(try self.canonical("full/\(size)/0/default.png") == "full/\(canonical)/0/default.png", "\(size)")
        }
    }

    @Test("sizes of version 2 may exceed the region without being marked")
    func oldSizes() throws {
        let expected = [
            "full": "full", "max": "full", "500,": "500,", ",300": "500,", "500,500": "500,500", "2000,": "2000,",
            "!500,500": "500,", "pct:200": "2000,",
        ]
        for (size, canonical) in expected {
            #expect(
                try self.canonical("full/\(size)/0/default.png", .two) == "full/\(canonical)/0/default.png", "\(size)")
        }
        for size in ["^max", "^500,"] {
            #expect(throws: ServiceError.self) { try canonical("full/\(size)/0/default.png", .two) }
        }
    }

    @Test("an image beyond what is made at once has a largest size")
    func largest() throws {
        #expect(try canonical("full/max/0/default.jpg", width: 100_000, height: 100_000) == "full/max/0/default.jpg")
        let request = try IIIFRequest(["full", "max", "0", "default.jpg"], width: 100_000, height: 50, .three)
        #expect(request.size.width == 16383 && request.size.height == 8)
    }

    @Test("rotations, qualities and formats")
    func rest() throws {
        #expect(try canonical("full/max/0/color.jpeg") == "full/max/0/default.jpg")
        #expect(try canonical("full/max/!90.0/gray.webp") == "full/max/!90/gray.webp")
        #expect(try canonical("full/max/360/bitonal.png") == "full/max/0/bitonal.png")
        #expect(try canonical("full/max/!0/default.png") == "full/max/!0/default.png")
    }

    @Test(
        "what is malformed or outside says so",
        arguments: [
            "full/max/0", "full/max/0/default.jpg/x", "0,0,0,10/max/0/default.jpg", "1000,0,10,10/max/0/default.jpg",
            "-1,0,10,10/max/0/default.jpg", "0.5,0,10,10/max/0/default.jpg", "0,0,10/max/0/default.jpg",
            "pct:100,0,10,10/max/0/default.jpg", "pct:0,0,0,10/max/0/default.jpg", "pct:1e1,0,5,5/max/0/default.jpg",
            "Full/max/0/default.jpg", "full/full/0/default.jpg", "full/1001,/0/default.jpg", "full/,601/0/default.jpg",
            "full/0,/0/default.jpg", "full/pct:101/0/default.jpg", "full/pct:0/0/default.jpg", "full/,/0/default.jpg",
            "full/!1,/0/default.jpg", "full/!2000,3000/0/default.jpg", "full/1,2,3/0/default.jpg",
            "full/^20000,/0/default.jpg",
            "full/^99999999999999999999,/0/default.jpg", "full/max/45/default.jpg", "full/max/-90/default.jpg",
            "full/max/361/default.jpg", "full/max/!/default.jpg", "full/max/90!/default.jpg",
            "full/max/nan/default.jpg",
            "full/max/0/native.jpg", "full/max/0/default.gif", "full/max/0/default", "full/max/0/.jpg", "full/max/0/",
            "full//0/default.jpg", "/max/0/default.jpg", "full/^^max/0/default.jpg", "full/!max/0/default.jpg",
        ])
    func wrong(_ path: String) {
        #expect(throws: ServiceError.self) { try canonical(path) }
    }
}
