import OMEZarr

extension OMEXML.Image {
    /// What is said differently here than an image says it; nil where both agree, where only one of them knows a
    /// colour, where only the image has a name, which an OME-Zarr is given when it is written, and where only the document
    /// has wavelengths.
    func difference(from image: ImageDescription) -> String? {
        if let name, !name.isEmpty, let given = image.name, name != given { return "names" }
        let sizes = [("t", sizeT), ("c", sizeC), ("z", sizeZ), ("y", sizeY), ("x", sizeX)]
        guard sizes.allSatisfy({ name, size in size == image.axis(name).map { image.shape[$0] } ?? 1 }) else {
            return "sizes"
        }
        let spacings = [
            ("x", Spacing(physicalX, unit: Units.length(unitX))), ("y", Spacing(physicalY, unit: Units.length(unitY))),
            ("z", Spacing(physicalZ, unit: Units.length(unitZ))),
            ("t", Spacing(timeIncrement, unit: Units.time(unitT))),
        ]
        for (name, spacing) in spacings {
            guard let index = image.axis(name) else { continue }
            if !(spacing ?? .unknown).agrees(with: image.axes[index]) { return "distances between pixels" }
        }
        return channelDifference(from: image)
    }

    private func channelDifference(from image: ImageDescription) -> String? {
        // Red, green and blue are one channel here, and three there.
        guard channels.allSatisfy({ $0.samples == 1 }) else { return nil }
        for (index, (own, other)) in zip(channels.map(\.channel), image.channels).enumerated() {
            // What has no name gets one in an OME-Zarr, which demands it.
            let unnamed =
                ["Channel \(index)"] + (image.channels.count == 1 ? [image.name, name].compactMap { $0 } : [])
            if let label = other.name, own.name.map({ $0 != label }) ?? !unnamed.contains(label) {
                return "names of channels"
            }
            if own.name != nil && other.name == nil { return "names of channels" }
            // Other writers of OME-Zarr leave wavelengths to the OME-XML.
            for (said, known) in [
                (own.emissionWavelength, other.emissionWavelength),
                (own.excitationWavelength, other.excitationWavelength),
            ] where known != nil && said != known { return "wavelengths" }
            if let color = own.color, let shown = other.color, color != shown { return "colours" }
        }
        return nil
    }
}

extension Spacing {
    /// Whether it is that of an axis, but for the rounding of numbers written as text.
    fileprivate func agrees(with axis: Axis) -> Bool {
        unit == axis.unit && abs(value - axis.spacing) <= 1e-9 * max(abs(value), abs(axis.spacing))
    }
}
