extension OMEXML {
    /// When and where one plane was taken.
    package struct Plane: Sendable {
        /// What is known of a plane, by the attribute's name.
        package enum Quantity: String, CaseIterable, Sendable {
            case deltaT = "DeltaT", exposureTime = "ExposureTime"
            case positionX = "PositionX", positionY = "PositionY", positionZ = "PositionZ"

            /// What the schema assumes where no unit is given.
            package var unit: String {
                switch self {
                case .deltaT, .exposureTime: "s"
                case .positionX, .positionY, .positionZ: "reference frame"
                }
            }
        }

        private let t, c, z: Int32
        /// NaN where unknown.
        private let values: (Double, Double, Double, Double, Double)

        /// Indices on the axes of time, channel and depth.
        package var place: [Int] { [Int(t), Int(c), Int(z)] }

        /// A value; nil where it is unknown.
        package subscript(_ quantity: Quantity) -> Double? {
            let value =
                switch quantity {
                case .deltaT: values.0
                case .exposureTime: values.1
                case .positionX: values.2
                case .positionY: values.3
                case .positionZ: values.4
                }
            return value.isFinite ? value : nil
        }

        /// Nil where the element says nothing but which plane it is.
        init?(_ attributes: Attributes) {
            func value(_ name: StaticString) -> Double { attributes.number(name) ?? .nan }
            func index(_ name: StaticString) -> Int32 { Int32(clamping: attributes.integer(name) ?? 0) }
            values = (
                value("DeltaT"), value("ExposureTime"), value("PositionX"), value("PositionY"), value("PositionZ")
            )
            t = index("TheT")
            c = index("TheC")
            z = index("TheZ")
            if Quantity.allCases.allSatisfy({ self[$0] == nil }) { return nil }
        }
    }
}

extension OMEXML.Image {
    /// Takes over what a Plane element says; the units are those of the first plane that names them.
    mutating func readPlane(_ attributes: Attributes) {
        guard let plane = OMEXML.Plane(attributes) else { return }
        planes.append(plane)
        let names: [(OMEXML.Plane.Quantity, StaticString)] = [
            (.deltaT, "DeltaTUnit"), (.exposureTime, "ExposureTimeUnit"), (.positionX, "PositionXUnit"),
            (.positionY, "PositionYUnit"), (.positionZ, "PositionZUnit"),
        ]
        for (quantity, name) in names where planeUnits[quantity] == nil { planeUnits[quantity] = attributes[name] }
    }
}
