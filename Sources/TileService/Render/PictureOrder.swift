import OMEZarr
import Zarr

/// A picture as somebody asked for it: what is rendered, what is done to it, and how it is packed.
package struct PictureOrder: Sendable {
    package var job: RenderJob
    package var format: PictureFormat
    /// Of JPEG and WebP, 1 to 100.
    package var quality = 80
    /// Columns and rows that the picture is filled up to, to the right and below: transparent, or where a format knows
    /// no transparency black, of photographs white.
    package var padding: (columns: Int, rows: Int)?
    /// What fills where nothing can be transparent.
    private let background: UInt8
    /// Whether left and right change places, before the turn.
    package var isMirrored = false
    /// Quarter turns clockwise, 0 to 3.
    package var turns = 0
    /// Whether pixels become black or white.
    package var isBitonal = false

    package init(_ job: RenderJob, format: PictureFormat) {
        self.job = job
        self.format = format
        background = job.isPhotograph ? 255 : 0
    }

    /// Another text for every other file that may come out.
    var key: String {
        let padding = padding.map { "\($0.columns)x\($0.rows)/\(background)" } ?? ""
        let quality = format == .png ? 0 : quality
        return "\(job.key) \(format) \(quality) \(padding) \(isMirrored) \(turns) \(isBitonal)"
    }

    /// The file as it is stored, where nothing is to be done to it: then colours are not rounded twice, and nothing is
    /// decoded.
    private var storedFile: [UInt8]? {
        get throws {
            let isWhole = padding.map { $0.columns <= job.frame.columns && $0.rows <= job.frame.rows } ?? true
            guard format == .jpeg, isWhole, !isBitonal, !isMirrored, turns == 0 else { return nil }
            return try job.storedJPEG(quality: quality)
        }
    }

    /// The file.
    ///
    /// - Throws: as ``RenderJob/picture(while:)``, and where the picture cannot be packed.
    package func file(while isWanted: @escaping @Sendable () -> Bool = { true }) throws -> [UInt8] {
        if let stored = try storedFile { return stored }
        var picture = try job.picture(while: isWanted)
        if isBitonal { picture = picture.bitonal }
        if isMirrored { picture = picture.mirrored }
        picture = picture.turned(turns)
        if let padding, padding.columns > picture.width || padding.rows > picture.height {
            picture = picture.padded(padding.columns, padding.rows, background: format.hasAlpha ? nil : background)
        }
        switch format {
        case .png: return try picture.png(PNGEncoder())
        case .jpeg: return try JPEGPicture.encode(picture.opaque(on: background), quality: quality)
        case .webp: return try WebPPicture.encode(picture, quality: quality)
        }
    }
}
