import OMEZarr
import Pyramid
import Synchronization
import TiffIngest
import Zarr

/// One image that is served: all its levels, and how its channels are shown.
package final class ServedImage: Sendable {
    /// What addresses call it.
    let id: String
    /// What people call it.
    let name: String
    package let pyramid: OnDemandPyramid
    private let source: any ImageSource
    /// Where it is a TIFF, that.
    var tiff: TiffImage? { source as? TiffImage }
    private let known = Mutex<ImageDescription?>(nil)
    /// Tells the pixels from those before the file was changed; part of every `ETag` of what is made of them.
    let version: String
    /// Where its labels lie, as ids; none where it has none.
    let labels: [String]
    /// What was made of all images last; nil: nothing is remembered.
    let pictures: Pictures?

    /// Files by what they show of which image.
    package typealias Pictures = SharedCache<String, [UInt8]>

    /// Far from where places become inexact or overflow; more than any image has.
    private static let longestAxis = 1 << 48
    private static let mostChannels = 1 << 16

    package init(
        _ source: any ImageSource, id: String, name: String, version: String, labels: [String], cache: BlockCache,
        pictures: Pictures? = nil, lastingName: String? = nil
    ) throws {
        let shape = source.description.shape
        guard shape.allSatisfy({ (1...Self.longestAxis).contains($0) }),
            source.description.channelCount <= Self.mostChannels
        else {
            throw ServiceError(
                .notImplemented, "unsupported",
                "\"\(id)\" has the shape \(shape): images of 1 to \(Self.longestAxis) elements on an axis and at most "
                    + "\(Self.mostChannels) channels are shown")
        }
        self.pictures = pictures
        self.id = id
        self.name = name
        self.version = version
        self.labels = labels
        self.source = source
        pyramid = try OnDemandPyramid(source, cache: cache, lastingName: lastingName)
    }

    /// Levels that exist and levels made on demand.
    var description: ImageDescription { pyramid.description }

    /// The same with a window for every channel; the first to ask pays for a look at the pixels.
    var shown: ImageDescription {
        known.withLock { known in
            if let known { return known }
            var shown = pyramid.description
            shown.channels = WindowProbe.channels(of: source)
            known = shown
            return shown
        }
    }

    /// The position of the axes that planes lie in.
    var y: Int { description.axis("y") ?? description.axes.count - 2 }
    var x: Int { description.axis("x") ?? description.axes.count - 1 }

    /// Pixels of a level in a row, and rows.
    func size(level: Int = 0) -> (width: Int, height: Int) {
        let shape = description.levels[level].shape
        return (shape[x], shape[y])
    }

    /// Planes on an axis of level 0; 1 where there is no such axis.
    func extent(_ axis: String) -> Int { description.axis(axis).map { description.shape[$0] } ?? 1 }
}
