import OMEZarr
import Testing
import Zarr

@Suite("NumPy files")
struct NumPyFileTests {
    @Test("the header is the one NumPy writes")
    func header() throws {
        let bytes = try NumPyFile.header(shape: [2, 3], type: .uint16)
        let text = "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }"
        #expect(bytes.prefix(10) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
        #expect(String(decoding: bytes.dropFirst(10), as: UTF8.self).hasPrefix(text + " "))
        #expect(bytes.last == 0x0A)
    }

    @Test("every type and rank gives a header of a multiple of 64 bytes that states its own length")
    func everyTypeAndRank() throws {
        let descriptors: [DataType: String] = [
            .bool: "|b1", .int8: "|i1", .int16: "<i2", .int32: "<i4", .int64: "<i8", .uint8: "|u1", .uint16: "<u2",
            .uint32: "<u4", .uint64: "<u8", .float16: "<f2", .float32: "<f4", .float64: "<f8",
            .complex64: "<c8", .complex128: "<c16", .raw(bytes: 7): "|V7", .text(characters: 13): "<U13",
        ]
        for (type, descriptor) in descriptors {
            for rank in 0...6 {
                let bytes = try NumPyFile.header(shape: [Int](repeating: 7, count: rank), type: type)
                #expect(bytes.count % 64 == 0 && Int(bytes[8]) + Int(bytes[9]) << 8 == bytes.count - 10)
                #expect(String(decoding: bytes.dropFirst(10), as: UTF8.self).contains("'descr': '\(descriptor)'"))
            }
        }
        let one = try NumPyFile.header(shape: [7], type: .bool)
        #expect(String(decoding: one.dropFirst(10), as: UTF8.self).contains("'shape': (7,)"))
    }
}
