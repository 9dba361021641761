import OMEZarr
import Pyramid

/// What conversions will need of the disk and of time, as far as somebody wants to know or has reason to.
struct ConversionForecast {
    /// For each image; nil where it was not sampled.
    let estimates: [ConversionEstimate?]
    /// Bytes that can still be written where the output goes; nil where the system does not say.
    let freeBytes: Int?
    /// What speaks against the conversion, one sentence each.
    let warnings: [String]

    /// - Parameter samples: whether to sample images in any case. Else that is done only where the uncompressed pixels
    ///   would not fit the disk.
    init(_ images: [any ImageSource], _ plans: [PyramidPlan], output: String, samples: Bool) {
        freeBytes = FreeSpace.bytes(at: output)
        let pixels = plans.reduce(0) { $0.saturatingAdding($1.pixelBytes) }
        let isTight = freeBytes.map { pixels > $0 } ?? false
        var warnings: [String] = []
        estimates = zip(images, plans).map { image, plan in
            guard samples || isTight else { return nil }
            do {
                return try ConversionEstimate(image, plan)
            } catch {
                warnings.append("the image cannot be sampled, so what it will take is unknown: \(error)")
                return nil
            }
        }
        let known = estimates.compactMap { $0 }
        let needed = known.reduce(0) { $0.saturatingAdding($1.bytes) }
        if let freeBytes, needed > freeBytes {
            warnings.append(
                "the output takes about \(Quantity.bytes(needed)), but its disk has only \(Quantity.bytes(freeBytes)) "
                    + "left; free some space, or write elsewhere")
        } else if let freeBytes, isTight, known.count < estimates.count {
            warnings.append(
                "the pixels take \(Quantity.bytes(pixels)) before compression, and the disk of the output has only "
                    + "\(Quantity.bytes(freeBytes)) left; make sure that they compress, or write elsewhere")
        }
        self.warnings = warnings
    }
}
