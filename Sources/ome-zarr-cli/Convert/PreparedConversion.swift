import OMEZarr
import Pyramid
import Zarr

/// A conversion that is planned and can begin.
struct PreparedConversion {
    let source: ImageInput
    let images: [any ImageSource]
    /// One for each image.
    let plans: [PyramidPlan]
    /// What tells this conversion from any other.
    let identity: ConversionIdentity

    /// - Parameters:
    ///   - arguments: the options that matter, normalized.
    ///   - name: what images without a name are called.
    init(
        _ source: ImageInput, _ images: [any ImageSource], _ plans: [PyramidPlan], arguments: [String], name: String?
    ) throws {
        self.source = source
        self.images = images
        self.plans = plans
        var input = Fingerprint(), plan = Fingerprint()
        for image in images { input.add(try image.identity) }
        if let xml = source.omeXML { input.add(xml) }
        for image in plans { plan.add(image.fingerprint) }
        let generator = ConvertCommand.generator
        identity = ConversionIdentity(
            program: "\(generator.name) \(generator.version)", name: name, arguments: arguments,
            input: input.hexadecimal, plan: plan.hexadecimal)
    }

    /// Bytes of the pixels of level 0 of all images.
    var pixelBytes: Int {
        plans.reduce(0) { $0.saturatingAdding($1.levels[0].shape.saturatingProduct(times: $1.image.type.size)) }
    }
}
