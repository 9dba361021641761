/// The size that an IIIF address asks for: `max`, `w,`, `,h`, `pct:n`, `w,h` or `!w,h`; in version 3 with `^` in front
/// where it may be larger than the region, in version 2 also `full`.
///
/// - Source: IIIF Image API 3.0 and 2.1, section 4.2.
package struct IIIFSize: Sendable, Hashable {
    /// Pixels of the picture.
    package let width, height: Int
    /// As the canonical address has it.
    package let canonical: String

    /// The most a picture can have: pixels on a side, and in all.
    static let maxSide = RenderLimits.side, maxArea = RenderLimits.pixels

    /// - Throws: ``ServiceError`` with status 400 where it is malformed, less than a pixel, larger than is made, or in
    ///   version 3 larger than the region without being marked so.
    package init(_ text: String, of region: IIIFRegion, _ version: IIIFVersion) throws {
        let isMarked = version == .three && text.hasPrefix("^")
        let plain = isMarked ? text.dropFirst() : Substring(text)
        let own = Extent(region.width, region.height)
        let mayGrow = isMarked || version == .two
        let size = try Self.extent(plain, text, own, isMarked: isMarked, version)
        let isLarger = size.width > own.width || size.height > own.height
        guard size.width >= 1, size.height >= 1 else {
            throw ServiceError(.badRequest, "size", "\(text.prefix(64)) is less than a pixel")
        }
        guard mayGrow || !isLarger else {
            throw ServiceError(
                .badRequest, "size",
                "\(text.prefix(64)) is larger than the region of \(own.width) x \(own.height): put "
                    + "^ in front to have it made larger")
        }
        guard size.isAllowed else {
            throw ServiceError(
                .badRequest, "size",
                "\(text.prefix(64)) is too large: \(Self.maxSide) pixels on a side and \(Self.maxArea) in all are made")
        }
        (width, height) = (size.width, size.height)
        switch version {
        case .three:
            canonical = size == own.largest(mayGrow: false) ? "max" : "\(isLarger ? "^" : "")\(width),\(height)"
        case .two:
            let isInProportion = height == Self.scaled(own.height, width, own.width)
            canonical = size == own ? "full" : isInProportion ? "\(width)," : "\(width),\(height)"
        }
    }

    private struct Extent: Hashable {
        var width, height: Int

        init(_ width: Int, _ height: Int) { (self.width, self.height) = (width, height) }

        var isAllowed: Bool { width <= maxSide && height <= maxSide && width * height <= maxArea }

        /// The largest picture of these proportions.
        func largest(mayGrow: Bool) -> Extent {
            let byArea = (Double(maxArea) / Double(width) / Double(height)).squareRoot()
            let scale = min(Double(maxSide) / Double(max(width, height)), byArea)
            guard mayGrow || scale < 1 else { return self }
            return Extent(max(1, Int(Double(width) * scale)), max(1, Int(Double(height) * scale)))
        }
    }

    private static func extent(
        _ plain: Substring, _ text: String, _ own: Extent, isMarked: Bool, _ version: IIIFVersion
    ) throws -> Extent {
        if plain == "max" { return own.largest(mayGrow: isMarked) }
        if plain == "full" && version == .two { return own }
        if plain.hasPrefix("pct:") {
            guard let share = IIIFNumber.value(plain.dropFirst(4)), share > 0, share < 1e6 else { throw wrong(text) }
            return Extent(
                whole(Double(own.width) * share / 100), whole(Double(own.height) * share / 100))
        }
        let isFitted = plain.hasPrefix("!")
        let sides = (isFitted ? plain.dropFirst() : plain).split(separator: ",", omittingEmptySubsequences: false)
        guard sides.count == 2 else { throw wrong(text) }
        let width = try side(sides[0], text), height = try side(sides[1], text)
        switch (width, height) {
        case (let width?, let height?) where isFitted:
            // Not less where the region is smaller than the box: the validator of IIIF wants that refused.
            let scale = min(Double(width) / Double(own.width), Double(height) / Double(own.height))
            return Extent(
                max(1, Int((Double(own.width) * scale).rounded())), max(1, Int((Double(own.height) * scale).rounded())))
        case (let width?, let height?): return Extent(width, height)
        case (let width?, nil) where !isFitted: return Extent(width, scaled(own.height, width, own.width))
        case (nil, let height?) where !isFitted: return Extent(scaled(own.width, height, own.height), height)
        default: throw wrong(text)
        }
    }

    /// A side scaled as another is, at least a pixel.
    private static func scaled(_ side: Int, _ to: Int, _ from: Int) -> Int {
        max(1, whole(Double(side) * Double(to) / Double(from)))
    }

    /// To the nearest; what is far too large may be anything that is.
    private static func whole(_ side: Double) -> Int { Int(min(side, 0x1p52).rounded()) }

    private static func side(_ text: Substring, _ whole: String) throws -> Int? {
        if text.isEmpty { return nil }
        guard let side = IIIFNumber.whole(text), side >= 0, side <= 1 << 30 else { throw wrong(whole) }
        return side
    }

    private static func wrong(_ text: String) -> ServiceError {
        ServiceError(
            .badRequest, "size", "\(text.prefix(64)) is no size: use max, w,  ,h  w,h  !w,h or pct:n, in whole pixels")
    }
}
