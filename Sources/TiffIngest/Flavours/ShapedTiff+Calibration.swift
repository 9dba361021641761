import Zarr

extension ShapedTiff {
    /// Distances between pixels from the description's `spacing` (along z), `unit`, `finterval` and `fps`, which
    /// tifffile's users write as ImageJ does, and from the resolution tags.
    ///
    /// The tags count pixels per `unit` where they name no unit of their own (ResolutionUnit 1).
    static func calibration(
        _ properties: JSONObject, _ first: Directory, _ catalogue: FileCatalogue, _ reader: DirectoryReader
    ) -> Calibration {
        let name = properties["unit"]?.string, unit = name.flatMap(Units.length)
        let resolutionUnit = try? reader.integer(.resolutionUnit, of: first)
        var calibration = Calibration()
        switch (resolutionUnit, unit) {
        case (1, let unit?): setPlane(&calibration, unit, first, reader)
        // Numbers of tifffile, beyond TIFF 6.0.
        case (4, _): setPlane(&calibration, "millimeter", first, reader)
        case (5, _): setPlane(&calibration, "micrometer", first, reader)
        default: calibration = PlainTiff.calibration(first, reader)
        }
        if let name, let unit, unit != "inch", resolutionUnit == 2, calibration.x.unit != nil {
            catalogue.warn(
                "the resolution tags count pixels per inch, which is followed, though the description's unit is "
                    + "\(name); if pixels per \(name) were meant, write the file with resolutionunit='NONE'")
        }
        if let unit { calibration.z = Spacing(properties["spacing"]?.double, unit: unit) ?? .unknown }
        let timeUnit = properties["tunit"]?.string.flatMap(Units.time) ?? "second"
        calibration.t =
            Spacing(properties["finterval"]?.double, unit: timeUnit)
            ?? Spacing(properties["fps"]?.double.map { 1 / $0 }, unit: "second") ?? .unknown
        return calibration
    }

    private static func setPlane(
        _ calibration: inout Calibration, _ unit: String, _ first: Directory, _ reader: DirectoryReader
    ) {
        guard let x = reader.number(.xResolution, of: first), let y = reader.number(.yResolution, of: first),
            // What tifffile writes where nobody gave a resolution.
            (x, y) != (1, 1), let x = Spacing(1 / x, unit: unit), let y = Spacing(1 / y, unit: unit)
        else { return }
        calibration.x = x
        calibration.y = y
    }
}
