import Testing
import Zarr

struct JSONTests {
    @Test(
        "a document keeps its order, its numbers and its text",
        arguments: [
            #"{"b":1,"a":2}"#, #"[1.0,1,1e2,1E+2,-0,-0.0,0.10]"#, #"[18446744073709551615,-9223372036854775808]"#,
            #"[123456789012345678901234567890.5e-400]"#, #""ä€😀/\"\\""#, #"{"":{"":[[],{},null,true,false]}}"#,
            "[\"\\n\\r\\t\\u0001\"]", "0",
        ])
    func roundTrips(text: String) throws {
        #expect(try JSONValue.parse(text).description == text)
        #expect(try JSONValue.parse(JSONValue.parse(text).serialized(pretty: true)) == JSONValue.parse(text))
    }

    @Test("escapes become characters, surrogate pairs one character")
    func readsEscapes() throws {
        let parsed = try JSONValue.parse(#""\u00e4\ud83d\ude00\/\b\f\u0041""#)
        #expect(parsed == .string("ä😀/\u{8}\u{C}A"))
    }

    @Test("white space, a byte order mark and a doubled name are accepted; the last of two members counts")
    func toleratesWhatRFC8259Allows() throws {
        #expect(try JSONValue.parse([0xEF, 0xBB, 0xBF] + Array("\t[ 1 ,\r\n2 ] ".utf8)) == [1, 2])
        #expect(try JSONValue.parse(#"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
    }

    @Test(
        "what is not JSON is refused as corrupt",
        arguments: [
            "", " ", "nul", "NaN", "[NaN]", "Infinity", "01", "-", "1.", ".5", "1e", "+1", "[1,]", "[,1]", "[1 2]", "{",
            "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "[1]]", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"",
            "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "tru", "truee", "'a'", "[1}", "{\"a\":1]", "//", "0x10",
        ])
    func refuses(text: String) {
        #expect { try JSONValue.parse(text) } throws: { ($0 as? ZarrError)?.code == .corrupt }
    }

    @Test("bytes that are not UTF-8 are refused")
    func refusesOtherEncodings() {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE4]] {
            let document = [0x22] + bad + [0x22]
            #expect { try JSONValue.parse(document) } throws: { ($0 as? ZarrError)?.code == .corrupt }
        }
    }

    @Test("every beginning of a document is refused without a crash")
    func refusesTruncations() throws {
        let document = Array(#"{"a":[1.5e3,"x\u00e4",{"b":null}],"c":true}"#.utf8)
        for count in 0..<document.count {
            #expect(throws: ZarrError.self) { try JSONValue.parse(Array(document[..<count])) }
        }
    }

    @Test("depth and size have limits")
    func limits() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue.parse(nested(128))
        for hostile in [nested(129), String(repeating: "[", count: 1_000_000)] {
            #expect { try JSONValue.parse(hostile) } throws: { ($0 as? ZarrError)?.code == .limitExceeded }
        }
        #expect(throws: ZarrError.self) { try JSONValue.parse("[1,2]", limits: JSONLimits(bytes: 4)) }
    }

    @Test("an error names line and column")
    func locatesErrors() {
        #expect { try JSONValue.parse("{\n  \"a\": x}") } throws: { "\($0)".contains("line 2, column 8") }
    }

    @Test("values written in Swift are typed: 1 has no fraction, 1.0 has one")
    func literals() {
        let value: JSONValue = ["i": 1, "f": 1.0, "s": "x", "b": true, "n": nil, "a": [0.1, -2]]
        #expect(value.description == #"{"i":1,"f":1.0,"s":"x","b":true,"n":null,"a":[0.1,-2]}"#)
        #expect(JSONValue(Double.nan) == "NaN")
        #expect(JSONValue(-Double.infinity) == "-Infinity")
        #expect(JSONValue(UInt64.max).description == "18446744073709551615")
        #expect(JSONValue(1e300).description == "1e+300")
    }

    @Test("numbers convert only where nothing is lost")
    func numbers() throws {
        #expect(try JSONValue.parse("1.0").int == nil)
        #expect(try JSONValue.parse("9223372036854775808").int == nil)
        #expect(try JSONValue.parse("18446744073709551615").number?.integer(as: UInt64.self) == .max)
        #expect(try JSONValue.parse("-1").number?.integer(as: UInt8.self) == nil)
        #expect(try JSONValue.parse("1e400").double == .infinity)
        #expect(try JSONValue.parse("[1,2]").ints == [1, 2])
        #expect(try JSONValue.parse("[1,2.0]").ints == nil)
    }

    @Test("members are set in place, added at the end and removed")
    func objects() {
        var value: JSONValue = ["a": 1, "b": 2]
        value["a"] = 3
        value["c"] = 4
        value["b"] = nil
        #expect(value.description == #"{"a":3,"c":4}"#)
        #expect(value["b"] == nil)
        #expect(value[0] == nil)
    }

    @Test("pretty documents keep plain lists on one line")
    func prettyPrints() {
        let value: JSONValue = ["a": [1, 2], "b": [[1], []], "c": [:], "d": [["e": 1]]]
        let expected = """
            {
              "a": [1, 2],
              "b": [
                [1],
                []
              ],
              "c": {},
              "d": [
                {
                  "e": 1
                }
              ]
            }

            """
        #expect(String(decoding: value.serialized(pretty: true), as: UTF8.self) == expected)
    }
}
