/// What an OME-XML document says about images, as far as pixels, axes and channels go.
///
/// - Source: OME data model 2016-06, which earlier ones since 2008 agree with as far as is read here.
package struct OMEXML: Sendable {
    /// Where a set of planes lies.
    package struct TiffData: Sendable {
        package init() {}

        /// Nil where the attribute is missing.
        package var ifd: Int?
        package var planeCount: Int?
        package var firstZ = 0, firstC = 0, firstT = 0
        /// The file's UUID and name; nil where the planes lie in the file of the document.
        package var uuid: String?
        package var fileName: String?
    }

    /// One channel: one or more samples of a page.
    package struct Channel: Sendable {
        package var name: String?
        /// Red, green, blue, alpha from the highest byte down.
        package var color: UInt32?
        package var samples = 1
        package var emissionWavelength, excitationWavelength: Double?
    }

    /// One image with its pixels.
    package struct Image: Sendable {
        /// What plates call it by.
        package var id: String?
        package var name: String?
        package var dimensionOrder = "XYCZT"
        package var type = ""
        package var sizeX = 0, sizeY = 0, sizeZ = 1, sizeC = 1, sizeT = 1
        package var physicalX, physicalY, physicalZ, timeIncrement: Double?
        package var unitX = "µm", unitY = "µm", unitZ = "µm", unitT = "s"
        package var channels: [Channel] = []
        package var tiffData: [TiffData] = []
        /// Those planes of which more is known than that they exist, and the units their elements name.
        package var planes: [Plane] = []
        package var planeUnits: [Plane.Quantity: String] = [:]
    }

    package var uuid: String?
    /// The file that has the real document; nil where this is it.
    package var metadataFile: String?
    package var images: [Image] = []
    package var plates: [Plate] = []
}
