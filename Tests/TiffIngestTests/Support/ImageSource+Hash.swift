import OMEZarr
import TiffIngest
import Zarr

extension ImageSource {
    /// The hash of a level's pixels with its axes in the order a table gives, unknown axes counting as depth.
    ///
    /// - Parameter axes: letters such as "IYXS"; the level must have their extents.
    func hash(axes: String, shape: [Int], level: Int = 0) throws -> String {
        let region = Region(wholeOf: description.levels[level].shape)
        let pixels = try read(region, level: level)
        // Which of our axes each letter is; S is the inner part of our channels where both are there.
        let names = description.axes.map(\.name)
        var source = [String: Int]()
        for (axis, name) in names.enumerated() { source[name] = axis }
        let strides = names.indices.map { axis in pixels.shape[(axis + 1)...].reduce(pixels.type.size, *) }
        var steps = [Int](repeating: 0, count: shape.count), used = [String: Int]()
        for (position, letter) in axes.enumerated().reversed() where shape[position] > 1 {
            let name = Self.name(of: letter)
            guard let axis = source[name] else { return "no axis \(letter) in \(names)" }
            steps[position] = strides[axis] * used[name, default: 1]
            used[name, default: 1] *= shape[position]
        }
        for (axis, name) in names.enumerated() where pixels.shape[axis] != used[name, default: 1] {
            return "axis \(name) has \(pixels.shape[axis]) elements of \(used[name, default: 1])"
        }
        return SHA256.hex(try transposed(pixels, shape, steps))
    }

    private static func name(of letter: Character) -> String {
        switch letter {
        case "T": "t"
        case "C", "S": "c"
        case "Y": "y"
        case "X": "x"
        default: "z"
        }
    }

    private func transposed(_ pixels: PixelBuffer, _ shape: [Int], _ steps: [Int]) throws -> [UInt8] {
        var source = pixels
        var target = PixelBuffer(shape: shape, type: pixels.type)
        source.withPixels { from in
            target.withPixels { to in
                to.copy(from: StridedPixels(base: from.base, shape: shape, strides: steps, type: from.type))
            }
        }
        return target.bytes
    }
}
