/// In which order a file counts its planes, and how that becomes time, channel and depth.
struct PlaneOrder {
    /// Which of our axes an axis of the file belongs to. Unknown ones are depth: a stack is the least wrong guess.
    enum Role { case time, channel, depth }

    /// Outermost first.
    var axes: [(role: Role, extent: Int)]

    /// Number of planes; nil where it is beyond 63 bits.
    var count: Int? { Product.of(axes.lazy.map(\.extent)) }

    /// Number of planes.
    ///
    /// - Throws: ``TiffError`` with code `.limitExceeded` where there are more than allowed.
    func count(_ limits: TiffLimits) throws -> Int {
        guard let count, count <= limits.planes else {
            throw TiffError(
                .limitExceeded,
                "the image claims \(axes.map { String($0.extent) }.joined(separator: " x ")) planes, the limit is "
                    + "\(limits.planes); correct the sizes in its ImageDescription (tag 270)")
        }
        return count
    }

    /// Elements of all axes of a role together.
    func extent(_ role: Role) -> Int { axes.reduce(1) { $1.role == role ? $0 * $1.extent : $0 } }

    /// For each plane in C order of time, channel, depth: its place in the file's order.
    ///
    /// Several axes of one role are merged, the outer one counting slower.
    /// - Throws: ``TiffError`` with code `.limitExceeded` where there are more planes than allowed, before any memory
    ///   is taken for them.
    func places(_ limits: TiffLimits) throws -> [Int] {
        let count = try count(limits)
        let channels = extent(.channel), depths = extent(.depth)
        var places = [Int](repeating: 0, count: count)
        for place in places.indices {
            var rest = place
            var index = (time: 0, channel: 0, depth: 0), step = (time: 1, channel: 1, depth: 1)
            for axis in axes.reversed() {
                let digit = rest % axis.extent
                rest /= axis.extent
                switch axis.role {
                case .time:
                    index.time += digit * step.time
                    step.time *= axis.extent
                case .channel:
                    index.channel += digit * step.channel
                    step.channel *= axis.extent
                case .depth:
                    index.depth += digit * step.depth
                    step.depth *= axis.extent
                }
            }
            places[(index.time * channels + index.channel) * depths + index.depth] = place
        }
        return places
    }

    /// The role of an axis by the letter files use.
    static func role(_ letter: Character) -> Role {
        switch letter {
        case "T": .time
        case "C": .channel
        default: .depth
        }
    }
}
