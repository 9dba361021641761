/// In which order a file counts its planes, and how that becomes time, channel and depth.
struct PlaneOrder {
    /// Which of our axes an axis of the file belongs to. Unknown ones are depth: a stack is the least wrong guess.
    enum Role { case time, channel, depth }

    /// Outermost first.
    var axes: [(role: Role, extent: Int)]

    /// Number of planes; nil where it is beyond 63 bits.
    var count: Int? { Product.of(axes.lazy.map(\.extent)) }

    /// Elements of all axes of a role together.
    func extent(_ role: Role) -> Int { axes.reduce(1) { $1.role == role ? $0 * $1.extent : $0 } }

    /// For each plane in C order of time, channel, depth: its place in the file's order.
    ///
    /// Several axes of one role are merged, the outer one counting slower.
    func places() -> [Int] {
        let channels = extent(.channel), depths = extent(.depth)
        var places = [Int](repeating: 0, count: count ?? 0)
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
