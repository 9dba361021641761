import OMEZarr
import Pyramid
import Zarr

/// An image whose levels are arrays of Zarr or N5: what another image can have of it besides its pixels.
protocol StoredImage: ImageSource {
    /// The array of level 0.
    var finest: ArrayMetadata { get }
    /// For each axis of the image that of its arrays.
    var arrayAxes: [Int] { get }
    /// How its coarser levels were made; nil where nothing says so, or says a way that is none of ours.
    var method: DownsampleMethod? { get }
    /// What its group says besides, under names that are none of OME-Zarr's.
    var furtherAttributes: JSONObject { get }
}

extension StoredImage {
    var arrayAxes: [Int] { Array(description.axes.indices) }
    var method: DownsampleMethod? { nil }
    var furtherAttributes: JSONObject { [:] }
}

extension OMEZarrImage: StoredImage {
    var finest: ArrayMetadata { levels[0].metadata }
    var method: DownsampleMethod? { (metadata.downsampling?.type).flatMap(DownsampleMethod.init) }
    var furtherAttributes: JSONObject { OMEAttributes.others(attributes) }
}

extension N5Image: StoredImage {
    var finest: ArrayMetadata { levels[0].metadata }
}

extension ZarrArrayImage: StoredImage {
    var finest: ArrayMetadata { array.metadata }
}
