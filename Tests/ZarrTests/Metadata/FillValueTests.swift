import Testing
import Zarr

struct FillValueTests {
    @Test(
        "values are written as their type demands",
        arguments: [
            (DataType.bool, "true", "true"), (.int8, "-128", "-128"), (.uint64, "18446744073709551615", nil),
            (.int64, "-9223372036854775808", nil), (.float32, "0", "0.0"), (.float32, "0.1", nil),
            (.float64, "0.1", nil),
            (.float32, "16777217", "16777216.0"), (.float64, "-0.0", nil), (.float16, "1e300", "\"Infinity\""),
            (.float16, "\"-Infinity\"", nil), (.float32, "\"NaN\"", nil), (.float32, "\"0x7fc00000\"", "\"NaN\""),
            (.float32, "\"0x7fa00000\"", nil), (.float64, "\"0x7ff8000000000001\"", nil),
            (.float16, "\"0x3c00\"", "1.0"), (.complex64, "[1, \"0x7fc00001\"]", "[1.0,\"0x7fc00001\"]"),
            (.complex128, "[\"-Infinity\",0.1]", nil), (.raw(bytes: 3), "[0,255,7]", nil),
            (.raw(bytes: 3), "\"AP8H\"", "[0,255,7]"), (.raw(bytes: 4), "\"AA==\"", "[0,0,0,0]"),
            (.text(characters: 3), "\"aµ\"", nil),
        ] as [(DataType, String, String?)])
    func writes(type: DataType, text: String, expected: String?) throws {
        #expect(try FillValue(json: JSONValue.parse(text), type: type).json.description == expected ?? text)
    }

    @Test(
        "values a type does not have are corrupt",
        arguments: [
            (DataType.uint8, "256"), (.uint8, "-1"), (.uint8, "1.0"), (.uint8, "1e0"), (.int8, "128"), (.bool, "2"),
            (.uint64, "18446744073709551616"), (.float32, "\"nan\""), (.float32, "\"+Infinity\""), (.float32, "true"),
            (.float32, "\"0x7fc0\""), (.float32, "\"0x+fc00000\""), (.float32, "\"0x7fc0000g\""), (.float32, "null"),
            (.uint8, "\"0\""), (.float64, "[0]"), (.complex64, "1"), (.complex64, "[1]"), (.complex128, "[1, 2, 3]"),
            (.raw(bytes: 2), "[1]"), (.raw(bytes: 2), "[1, 256]"), (.raw(bytes: 2), "\"AP8H\""),
            (.raw(bytes: 2), "\"A\""), (.raw(bytes: 2), "0"), (.text(characters: 1), "\"ab\""),
        ])
    func refuses(type: DataType, text: String) {
        #expect { try FillValue(json: JSONValue.parse(text), type: type) } throws: {
            ($0 as? ZarrError)?.code == .corrupt
        }
    }

    @Test("every type has a zero that reads back")
    func zeros() throws {
        for type in DataType.samples {
            let zero = FillValue.zero(type)
            #expect(zero.bytes == [UInt8](repeating: 0, count: type.size))
            if let pixel = type.pixel {
                #expect(zero.json.description == (type == .bool ? "false" : pixel.isFloat ? "0.0" : "0"))
            }
            #expect(try FillValue(json: zero.json, type: type) == zero)
            #expect(try FillValue(json: .null, type: type, format: .v2) == zero)
        }
    }

    @Test("a float is rounded once, from its text")
    func roundsOnce() throws {
        // Between 1 and the next float lies 1.00000005960464477539; a hair above it must round up, though the nearest
        // double is the tie itself, which rounds down.
        let value = try FillValue(json: JSONValue.parse("1.00000005960464477539062500001"), type: .float32)
        #expect(value.bytes == withUnsafeBytes(of: Float(1).nextUp) { Array($0) })
    }
}
