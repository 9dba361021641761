/// What one request may cost; beyond it is refused before anything is read.
package enum RenderLimits {
    /// Pixels of a picture: 4096 x 4096.
    package static let pixels = 1 << 24
    /// Pixels on one side of a picture; what JPEG and WebP can hold is less than what PNG can.
    package static let side = 16_383
    /// Channels shown at once, as many as OMERO allows.
    package static let channels = 10
    /// Bytes of pixels read for one picture; a stack of 128 planes of 1024 x 1024 pixels of 16 bits.
    package static let sourceBytes = 256 << 20
}
