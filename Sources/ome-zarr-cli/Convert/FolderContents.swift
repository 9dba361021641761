import TiffIngest
import Zarr

/// What lies in a folder that is no image, to tell who named it what would work.
struct FolderContents {
    private let path: String
    private let tiffs, zarrs, others: [String]

    /// Nil where the path is no folder, or what is in it cannot be listed.
    init?(_ path: String) {
        guard let store = try? DirectoryStore(path: path, create: false),
            let names = try? store.list(.root).filter({ !$0.hasPrefix(".") }).sorted()
        else { return nil }
        func named(_ endings: String...) -> [String] {
            names.filter { name in endings.contains { name.lowercased().hasSuffix($0) } }
        }
        let tiffs = named(".tif", ".tiff", ".btf", ".svs", ".ndpi", ".scn"), zarrs = named(".zarr", ".ozx", ".n5")
        self.path = path.hasSuffix("/") ? path : path + "/"
        self.tiffs = tiffs
        self.zarrs = zarrs
        others = names.filter { !tiffs.contains($0) && !zarrs.contains($0) }
    }

    /// Why the folder cannot be converted, and what can.
    var refusal: Refusal {
        if let first = zarrs.first {
            return Refusal(
                "\(path) is a folder that holds \(Self.list(zarrs)), and no Zarr itself: name \(path)\(first)")
        }
        guard let first = tiffs.first else {
            let held = others.isEmpty ? "nothing" : Self.list(others)
            return Refusal("\(path) is no Zarr, and a folder that holds \(held): name an image")
        }
        let held = "\(path) is no Zarr, but a folder that holds \(Self.list(tiffs)): "
        let one = "name one file, such as \(path)\(first); of an image of several files any will do"
        if let found = PlateFolder.pattern(fitting: tiffs), 2 * found.count >= tiffs.count {
            let how = found.count == tiffs.count ? "they are" : "\(found.count) are"
            return Refusal(held + "\(how) named as those of a plate, \(found.pattern): add --plate auto, or \(one)")
        }
        return Refusal(
            held + "\(one). If they are a plate, say how they are named, as in --plate '{well}_s{field}_w{channel}.tif'"
        )
    }

    /// Some names, and how many more there are.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
    }
}
