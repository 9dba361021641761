import Zarr

/// A mask seen with the axes of the image it belongs to: what becomes one of the image's label images.
///
/// It has all axes of the image, in the same place and with the same distances; along those the mask has not, one
/// element, as the specification has it for axes that do not matter to labels.
///
/// - Source: OME-Zarr 0.4 and 0.5, "labels": each dimension is that of the image, or 1.
public struct AlignedLabels: ImageSource {
    /// The labels: the image's axes, one level, integers.
    public private(set) var description: ImageDescription
    private let mask: any ImageSource
    /// For each axis of the mask, the image's.
    private let axes: [Int?]

    /// Labels of an image.
    ///
    /// - Parameters:
    ///   - image: level 0 of it says where the labels lie.
    ///   - name: what the labels are called.
    /// - Throws: ``OMEZarrError`` with code `.invalidCall` that names both shapes where the mask does not fit the image,
    ///   `.unsupported` where it does not hold integers.
    public init(_ mask: any ImageSource, of image: ImageDescription, name: String) throws {
        let own = mask.description
        guard !own.type.isFloat else {
            throw OMEZarrError(
                .unsupported,
                "the labels \"\(name)\" hold \(own.type), but labels are integers: save the mask as uint8, uint16 or uint32"
            )
        }
        axes = own.axes.map { image.axis($0.name) }
        var shape = [Int](repeating: 1, count: image.axes.count)
        for (axis, place) in axes.enumerated() {
            guard let place else {
                guard own.shape[axis] == 1 else { throw Self.misfit(own, image, name) }
                continue
            }
            let isPlanar = image.axes[place].name == "y" || image.axes[place].name == "x"
            guard own.shape[axis] == image.shape[place] || own.shape[axis] == 1 && !isPlanar else {
                throw Self.misfit(own, image, name)
            }
            shape[place] = own.shape[axis]
        }
        guard Set(axes.compactMap(\.self)).isSuperset(of: image.axes.indices.suffix(2)) else {
            throw Self.misfit(own, image, name)
        }
        self.mask = mask
        var level = image.levels[0]
        level.shape = shape
        description = ImageDescription(
            name: name, axes: image.axes, levels: [level], type: own.type == .bool ? .uint8 : own.type, isLabels: true)
    }

    /// What the labels say of their values.
    public var details: LabelDetails {
        get { description.labelDetails }
        set { description.labelDetails = newValue }
    }

    private static func misfit(_ mask: ImageDescription, _ image: ImageDescription, _ name: String) -> OMEZarrError {
        func text(_ image: ImageDescription) -> String {
            zip(image.axes, image.shape).map { "\($0.name) \($1)" }.joined(separator: ", ")
        }
        return OMEZarrError(
            .invalidCall,
            "the labels \"\(name)\" do not fit the image: they have \(text(mask)), the image \(text(image)); every axis "
                + "must have the image's extent, or be left out or 1 if it is not y or x")
    }

    /// That of the mask, 1 on the axes it has not.
    public func naturalReadShape(level: Int) -> [Int] {
        let natural = mask.naturalReadShape(level: 0)
        var shape = [Int](repeating: 1, count: description.axes.count)
        for (axis, place) in axes.enumerated() {
            if let place { shape[place] = min(natural[axis], description.shape[place]) }
        }
        return shape
    }

    /// What a reader of the mask takes.
    public func readerBytes(level: Int) -> Int { mask.readerBytes(level: 0) }

    /// That of the mask.
    public var maximumReaders: Int { mask.maximumReaders }

    /// That of the mask.
    public var identity: String { get throws { try mask.identity } }

    /// As the image behind sees it.
    public func checkUnchanged() throws { try mask.checkUnchanged() }

    /// A reader for one worker.
    public func makeReader() throws -> any RegionReader {
        Reader(reader: try mask.makeReader(), axes: axes, type: mask.description.type)
    }

    private final class Reader: RegionReader {
        private let reader: any RegionReader
        private let axes: [Int?]
        private let type: PixelType

        init(reader: any RegionReader, axes: [Int?], type: PixelType) {
            self.reader = reader
            self.axes = axes
            self.type = type
        }

        func read(_ region: Region, level: Int, into pixels: StridedPixels) throws {
            let place = Region(
                origin: axes.map { $0.map { region.origin[$0] } ?? 0 },
                shape: axes.map { $0.map { region.shape[$0] } ?? 1 })
            // A bool is a byte that is 0 or 1, and so is the uint8 it becomes.
            let view = StridedPixels(
                base: pixels.base, shape: place.shape, strides: axes.map { $0.map { pixels.strides[$0] } ?? 0 },
                type: .pixel(type))
            try reader.read(place, level: 0, into: view)
        }
    }
}
