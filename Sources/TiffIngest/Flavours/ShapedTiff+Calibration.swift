import Zarr

extension ShapedTiff {
    /// Distances between pixels from the description's `spacing` (along z), `unit`, `finterval` and `fps`, which
    /// tifffile's users write as ImageJ does, and from the resolution tags.
    ///
    /// The tags count pixels per `unit` where they name no unit of their own (ResolutionUnit 1), and where they name the
    /// inch (2): that is what tifffile writes for `resolution=` alone, whatever the description says.
    static func calibration(
        _ properties: JSONObject, _ first: Directory, _ catalogue: FileCatalogue, _ reader: DirectoryReader
    ) -> Calibration {
        let name = properties["unit"]?.string, unit = name.flatMap(Units.length)
        let resolutionUnit = try? reader.integer(.resolutionUnit, of: first)
        var calibration = Calibration()
        switch (resolutionUnit, unit) {
        // A resolution of 1 without a unit is what tifffile writes where nobody gave one.
        case (1, let unit?) where !isOne(first, reader): setPlane(&calibration, unit, first, reader)
        case (1, _?): break
        case (2, let unit?) where unit != "inch":
            setPlane(&calibration, unit, first, reader)
            catalogue.warn(
                "the resolution tags are read as pixels per \(name ?? unit), the unit of the description, though they say "
                    + "inch, which tifffile writes by itself; if inches were meant, leave the unit out of the description"
            )
        // Numbers of tifffile, beyond TIFF 6.0.
        case (4, _): setPlane(&calibration, "millimeter", first, reader)
        case (5, _): setPlane(&calibration, "micrometer", first, reader)
        default: calibration = PlainTiff.calibration(first, reader)
        }
        if let unit { calibration.z = Spacing(properties["spacing"]?.double, unit: unit) ?? .unknown }
        let timeUnit = properties["tunit"]?.string.flatMap(Units.time) ?? "second"
        calibration.t =
            Spacing(properties["finterval"]?.double, unit: timeUnit)
            ?? Spacing(properties["fps"]?.double.map { 1 / $0 }, unit: "second") ?? .unknown
        return calibration
    }

    private static func isOne(_ first: Directory, _ reader: DirectoryReader) -> Bool {
        reader.number(.xResolution, of: first) == 1 && reader.number(.yResolution, of: first) == 1
    }

    private static func setPlane(
        _ calibration: inout Calibration, _ unit: String, _ first: Directory, _ reader: DirectoryReader
    ) {
        guard let x = reader.number(.xResolution, of: first), let y = reader.number(.yResolution, of: first),
            let x = Spacing(1 / x, unit: unit), let y = Spacing(1 / y, unit: unit)
        else { return }
        calibration.x = x
        calibration.y = y
    }
}
