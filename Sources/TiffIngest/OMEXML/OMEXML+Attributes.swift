extension OMEXML.Image {
    /// Takes over what a Pixels element says.
    mutating func read(_ attributes: Attributes) {
        dimensionOrder = attributes["DimensionOrder"] ?? dimensionOrder
        type = attributes["Type"] ?? attributes["PixelType"] ?? ""
        sizeX = attributes.integer("SizeX") ?? 0
        sizeY = attributes.integer("SizeY") ?? 0
        sizeZ = attributes.integer("SizeZ") ?? 1
        sizeC = attributes.integer("SizeC") ?? 1
        sizeT = attributes.integer("SizeT") ?? 1
        physicalX = attributes.number("PhysicalSizeX")
        physicalY = attributes.number("PhysicalSizeY")
        physicalZ = attributes.number("PhysicalSizeZ")
        timeIncrement = attributes.number("TimeIncrement")
        unitX = attributes["PhysicalSizeXUnit"] ?? unitX
        unitY = attributes["PhysicalSizeYUnit"] ?? unitY
        unitZ = attributes["PhysicalSizeZUnit"] ?? unitZ
        unitT = attributes["TimeIncrementUnit"] ?? unitT
    }
}

extension OMEXML.Channel {
    init(_ attributes: Attributes) {
        name = attributes["Name"].flatMap { $0.isEmpty ? nil : $0 }
        // A signed 32-bit number by the schema; some writers forget the sign.
        color = attributes.integer("Color").map { UInt32(truncatingIfNeeded: $0) }
        samples = max(1, attributes.integer("SamplesPerPixel") ?? 1)
        emissionWavelength = attributes.wavelength("EmissionWavelength")
        excitationWavelength = attributes.wavelength("ExcitationWavelength")
    }
}

extension OMEXML.TiffData {
    init(_ attributes: Attributes) {
        ifd = attributes.integer("IFD")
        planeCount = attributes.integer("PlaneCount") ?? attributes.integer("NumPlanes")
        firstZ = attributes.integer("FirstZ") ?? 0
        firstC = attributes.integer("FirstC") ?? 0
        firstT = attributes.integer("FirstT") ?? 0
    }
}
