import OMEZarr
import Pyramid
import TiffIngest
import Zarr

/// Where the images of a TIFF file would lie if it were converted, and what the groups around them would say.
struct DocumentLayout: Sendable {
    let layout: OutputLayout
    /// The series of the file that are converted, in the order of their groups.
    let series: [Int]
    /// The path of the group of each of them; empty for one that is the root.
    let paths: [String]
    /// How many series the file has: in a file of a plate, images in no well are not converted.
    private let count: Int
    private let numbers: [String: Int]

    /// - Throws: where a well has a name that no group can have.
    init(_ document: TiffDocument) throws {
        count = document.series.count
        if let plate = document.plate, !plate.wells.isEmpty {
            let (taken, images) = plate.renumbered
            (layout, series) = (.plate(taken), images)
        } else {
            (layout, series) = (count > 1 ? .series : .image, Array(document.series.indices))
        }
        paths = try layout.keys(count: series.count).map(\.path)
        numbers = Dictionary(zip(paths, series), uniquingKeysWith: { first, _ in first })
    }

    /// The series that a path leads to: that of its group; or by its number, which also those have that are not
    /// converted. Without a path the first.
    func series(at path: [String]) -> Int? {
        if path.isEmpty { return series.first }
        if let number = numbers[path.joined(separator: "/")] { return number }
        guard path.count == 1, let number = Int(path[0]), (0..<count).contains(number) else { return nil }
        return number
    }

    /// Takes a key apart that leads into a group of an image; nil where it does not.
    func image(of key: StoreKey) -> (group: String, key: StoreKey)? {
        let names = key.path.split(separator: "/").map(String.init)
        for depth in [3, 1] where names.count > depth {
            let group = names[..<depth].joined(separator: "/")
            if numbers[group] != nil, let below = try? StoreKey(names[depth...].joined(separator: "/")) {
                return (group, below)
            }
        }
        return nil
    }
}
