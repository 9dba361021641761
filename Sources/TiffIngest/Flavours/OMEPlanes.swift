import OMEZarr

/// Finds the page of every plane an OME-XML describes.
///
/// The rules of TiffData: without PlaneCount one plane if IFD is given, else all pages of the file; consecutive pages
/// are consecutive planes in DimensionOrder, beginning with FirstZ, FirstC, FirstT. Planes nobody names, and those of files
/// that are missing, are zeros.
struct OMEPlanes {
    private let catalogue: FileCatalogue
    private let folder: String
    /// Files by their UUID; nil for those that are missing.
    private var files: [String: Int?] = [:]
    private let ownName: String
    private let isCompanion: Bool
    private let isOnlyImage: Bool

    init(_ document: OMEXML, _ catalogue: FileCatalogue, isCompanion: Bool) {
        self.catalogue = catalogue
        self.isCompanion = isCompanion
        isOnlyImage = document.images.count == 1 && !isCompanion
        let path = catalogue.members[0].path
        folder = OMETiff.folder(of: path)
        ownName = String(path.dropFirst(folder.count)).lowercased()
        if let uuid = document.uuid, !isCompanion { files[uuid] = 0 }
    }

    /// The series of an image; nil where none of its planes is there.
    ///
    /// - Throws: ``TiffError`` where there are more planes than allowed.
    mutating func series(_ image: OMEXML.Image) throws -> SeriesDraft? {
        let samples = image.channels.first?.samples ?? 1
        var pageChannels = max(1, image.sizeC / samples)
        guard let order = order(image, pageChannels), order.count != nil else { return nil }
        let count = try order.count(catalogue.limits)
        var pages = fill(image, order, count)
        guard let key = pages.lazy.compactMap(\.self).first else { return nil }
        let index = catalogue.indexes[key.file]
        guard let layout = index.layout(of: index.pages[key.page]) else { return nil }
        guard layout.width == image.sizeX && layout.height == image.sizeY || image.sizeX == 0 else {
            catalogue.warn(
                "an image of \(image.sizeX) x \(image.sizeY) in the OME-XML has pages of \(layout.width) x "
                    + "\(layout.height); it is ignored")
            return nil
        }
        var places = try order.places(catalogue.limits)
        if layout.samples != samples {
            // The file knows better than its XML how many samples a page has.
            guard let actual = order.resized(channels: image.sizeC, samples: layout.samples) else { return nil }
            catalogue.warn(
                "the OME-XML says \(samples) samples a pixel, the file has \(layout.samples), which is followed")
            pageChannels = actual.extent(.channel)
            places = try actual.places(catalogue.limits)
            pages =
                Array(pages.prefix(places.count))
                + [SubIFDPyramid.PageNumber?](
                    repeating: nil, count: max(0, places.count - pages.count))
        }
        let missing = pages.reduce(0) { $1 == nil ? $0 + 1 : $0 }
        if missing > 0 { catalogue.warn("\(missing) of \(pages.count) planes are missing; they read as zeros") }
        guard let levels = SubIFDPyramid.levels(places.map { pages[$0] }, catalogue) else { return nil }
        return draft(image, levels, pageChannels: pageChannels)
    }

    private func draft(_ image: OMEXML.Image, _ levels: [PlaneStack], pageChannels: Int) -> SeriesDraft {
        var draft = SeriesDraft(name: image.name, levels: levels)
        draft.omeID = image.id
        draft.times = image.sizeT
        draft.pageChannels = pageChannels
        draft.depths = image.sizeZ
        draft.calibration.x = Spacing(image.physicalX, unit: Units.length(image.unitX)) ?? .unknown
        draft.calibration.y = Spacing(image.physicalY, unit: Units.length(image.unitY)) ?? .unknown
        draft.calibration.z = Spacing(image.physicalZ, unit: Units.length(image.unitZ)) ?? .unknown
        draft.calibration.t = Spacing(image.timeIncrement, unit: Units.time(image.unitT)) ?? .unknown
        draft.channels = image.channels.map(\.channel)
        draft.planeRecord = PlaneRecord(image)
        draft.keepsChannelAxis = image.channels.contains { $0.name != nil }
        return draft
    }

    /// How the planes of an image are counted; nil where its sizes or its DimensionOrder make no sense.
    private func order(_ image: OMEXML.Image, _ channels: Int) -> PlaneOrder? {
        guard image.sizeZ > 0, image.sizeC > 0, image.sizeT > 0 else { return nil }
        let letters = image.dimensionOrder.dropFirst(2)
        guard image.dimensionOrder.hasPrefix("XY"), letters.sorted() == ["C", "T", "Z"] else { return nil }
        return PlaneOrder(
            axes: letters.reversed().map {
                switch $0 {
                case "C": (.channel, channels)
                case "T": (.time, image.sizeT)
                default: (.depth, image.sizeZ)
                }
            })
    }

    /// The page of each plane, in DimensionOrder.
    private mutating func fill(
        _ image: OMEXML.Image, _ order: PlaneOrder, _ count: Int
    ) -> [SubIFDPyramid.PageNumber?] {
        var planes = [SubIFDPyramid.PageNumber?](repeating: nil, count: count)
        let base = firstIndex(image)
        var ignored = 0, named = 0
        // Without any TiffData the pages are the planes in order, as Bio-Formats has it.
        for data in image.tiffData.isEmpty && isOnlyImage ? [OMEXML.TiffData()] : image.tiffData {
            guard data.planeCount != 0 else { continue }
            // Elements that name the same planes over and over would keep us busy for hours.
            guard named <= 4 * count + 65_536 else {
                catalogue.warn("the TiffData elements of the OME-XML overlap; some are ignored")
                break
            }
            let first = order.place(
                time: data.firstT &- base.t, channel: data.firstC &- base.c, depth: data.firstZ &- base.z)
            guard let first, (data.ifd ?? 0) >= 0 else {
                ignored += 1
                continue
            }
            guard let file = file(data) else { continue }
            let ifd = data.ifd ?? 0, available = catalogue.indexes[file].pages.count - ifd
            let wanted = data.planeCount ?? (data.ifd == nil ? available : 1)
            let used = max(0, min(wanted, available, count - first))
            named += used + 1
            for number in 0..<used {
                planes[first + number] = SubIFDPyramid.PageNumber(file: file, page: ifd + number)
            }
        }
        if ignored > 0 {
            catalogue.warn("\(ignored) TiffData elements of the OME-XML name planes that cannot be and are ignored")
        }
        return planes
    }

    /// 1 for axes that some writers count from one: an index as large as the axis, and never zero.
    private func firstIndex(_ image: OMEXML.Image) -> (t: Int, c: Int, z: Int) {
        func base(_ size: Int, _ index: (OMEXML.TiffData) -> Int) -> Int {
            image.tiffData.contains { index($0) >= size } && !image.tiffData.contains { index($0) == 0 } ? 1 : 0
        }
        return (base(image.sizeT, \.firstT), base(image.sizeC, \.firstC), base(image.sizeZ, \.firstZ))
    }

    /// The number of the file a TiffData names; nil where it is missing.
    private mutating func file(_ data: OMEXML.TiffData) -> Int? {
        guard let name = data.fileName ?? data.uuid else { return isCompanion && catalogue.members.count > 1 ? nil : 0 }
        let key = data.uuid ?? name
        if let known = files[key] { return known }
        var number: Int?
        if let fileName = data.fileName {
            if fileName.lowercased() == ownName {
                number = 0
            } else if OMETiff.isPlainName(fileName) {
                do {
                    number = try catalogue.open(folder + fileName)
                } catch {
                    catalogue.warn("the file '\(fileName)' cannot be read (\(error)); its planes read as zeros")
                }
            } else {
                catalogue.warn("the file '\(fileName)' lies outside this folder and is not read; its planes are zeros")
            }
        }
        files[key] = .some(number)
        return number
    }
}

extension PlaneOrder {
    /// The place of a plane in the file's order; nil where an index leaves its axis.
    fileprivate func place(time: Int, channel: Int, depth: Int) -> Int? {
        var place = 0
        for axis in axes {
            let index =
                switch axis.role {
                case .time: time
                case .channel: channel
                case .depth: depth
                }
            guard (0..<axis.extent).contains(index) else { return nil }
            place = place * axis.extent + index
        }
        return place
    }

    /// The order with as many page channels as there are when each page has some of the samples.
    fileprivate func resized(channels: Int, samples: Int) -> PlaneOrder? {
        guard channels % samples == 0 else { return nil }
        var order = self
        for index in order.axes.indices where order.axes[index].role == .channel {
            order.axes[index].extent = channels / samples
        }
        return order
    }
}

extension OMEXML.Channel {
    /// The channel as OME-Zarr has it.
    var channel: Channel {
        Channel(
            name: name,
            color: color.map {
                Channel.Color(
                    red: UInt8(truncatingIfNeeded: $0 >> 24), green: UInt8(truncatingIfNeeded: $0 >> 16),
                    blue: UInt8(truncatingIfNeeded: $0 >> 8))
            }, emissionWavelength: emissionWavelength, excitationWavelength: excitationWavelength)
    }
}
