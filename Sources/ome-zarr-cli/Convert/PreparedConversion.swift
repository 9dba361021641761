import OMEZarr
import Pyramid
import Zarr

/// A conversion that is planned and can begin.
struct PreparedConversion {
    let source: ConversionInput
    /// The images in the order in which they are written.
    private(set) var jobs: [ConversionJob]
    /// What is not converted and why, one sentence each.
    let warnings: [String]
    /// What tells this conversion from any other.
    let identity: ConversionIdentity
    /// Of each image when it was planned.
    private var identities: [String]

    /// - Parameters:
    ///   - fileName: what the input is called.
    ///   - arguments: the options that matter, normalized.
    ///   - name: what images without a name are called.
    init(
        _ source: ConversionInput, _ jobs: [ConversionJob], fileName: String, arguments: [String], name: String?,
        warnings: [String]
    ) throws {
        self.source = source
        self.jobs = jobs
        self.warnings = warnings
        var input = Fingerprint(), plan = Fingerprint()
        identities = try jobs.map { try $0.source.identity }
        for identity in identities { input.add(identity) }
        if let xml = source.omeXML { input.add(xml) }
        for job in jobs {
            plan.add(job.key.path)
            plan.add(job.plan.fingerprint)
        }
        let generator = ConvertCommand.generator
        identity = ConversionIdentity(
            program: "\(generator.name) \(generator.version)", name: name, source: fileName, arguments: arguments,
            input: input.hexadecimal, plan: plan.hexadecimal)
    }

    /// Does not make some of the labels.
    mutating func leaveOut(_ isLeftOut: (StoreKey) -> Bool) {
        let kept = jobs.indices.filter { jobs[$0].isImage || !isLeftOut(jobs[$0].key) }
        (jobs, identities) = (kept.map { jobs[$0] }, kept.map { identities[$0] })
    }

    var images: [any ImageSource] { jobs.map(\.source) }
    /// One for each image.
    var plans: [PyramidPlan] { jobs.map(\.plan) }

    /// - Throws: where the input is not any more what it was when the conversion was planned.
    func checkInput() throws {
        for (job, identity) in zip(jobs, identities) {
            try job.source.checkUnchanged()
            guard try job.source.identity == identity else {
                throw Refusal(
                    "the input was changed while it was read, so that what was read may be half of either: start anew when "
                        + "nobody writes it")
            }
        }
    }

    /// The arrays that are written.
    var arrayKeys: [StoreKey] {
        get throws {
            try jobs.flatMap { job in
                try job.plan.levels.indices.map { try job.key.appending(String($0)) }
            }
        }
    }

    /// What may be otherwise than it was taken for; of several images it is said which.
    var doubts: [String] {
        jobs.flatMap { job in
            job.plan.doubts.map { jobs.count == 1 || job.key == .root ? $0 : "image \(job.key): \($0)" }
        }
    }

    /// Bytes of the pixels of level 0 of all images.
    var pixelBytes: Int {
        plans.reduce(0) { $0.saturatingAdding($1.levels[0].shape.saturatingProduct(times: $1.image.type.size)) }
    }
}
