public import Zarr

/// A map from the points of one coordinate system to those of another, as metadata write it.
///
/// Vectors and matrices are in the order of the axes: a matrix has one row for each output axis and one column for each
/// input axis, an affine one a last column for the offset.
///
/// - Source: OME-Zarr 0.6, "coordinateTransformations" metadata; of these 0.4 and 0.5 have `identity`, `scale` and
///   `translation`.
public struct CoordinateTransformation: Sendable, Hashable {
    /// A coordinate system at one end.
    public struct End: Sendable, Hashable {
        /// The system's name; in the development versions of 0.6, which write a plain string, also the path of a level.
        public var name: String?
        /// Where the group or array lies that has it, relative to this group; nil where it is this group.
        public var path: String?

        /// An end.
        public init(name: String? = nil, path: String? = nil) {
            self.name = name
            self.path = path
        }
    }

    /// An axis, by its place or, in development versions of 0.6, by its name.
    public enum AxisReference: Sendable, Hashable {
        case index(Int)
        case name(String)
    }

    /// A transformation of some of the axes.
    public struct Part: Sendable, Hashable {
        /// Maps the axes it takes to those it gives.
        public var transformation: CoordinateTransformation
        /// The axes it takes, in its order.
        public var inputAxes: [AxisReference]
        /// The axes it gives, in its order.
        public var outputAxes: [AxisReference]

        /// A part.
        public init(
            _ transformation: CoordinateTransformation, inputAxes: [AxisReference], outputAxes: [AxisReference]
        ) {
            self.transformation = transformation
            self.inputAxes = inputAxes
            self.outputAxes = outputAxes
        }
    }

    /// A field of vectors stored as pixels.
    public struct Field: Sendable, Hashable {
        /// Where it lies, relative to the group.
        public var path: String
        /// How to read between its pixels; nil where the file does not say.
        public var interpolation: String?

        /// A field.
        public init(path: String, interpolation: String? = nil) {
            self.path = path
            self.interpolation = interpolation
        }
    }

    /// What the transformation does.
    public indirect enum Kind: Sendable, Hashable {
        case identity
        case scale([Double])
        case translation([Double])
        /// The input axis of each output axis.
        case mapAxis([AxisReference])
        /// Input axes that are dropped, and output axes that are created with the value 0.
        case projectAxis(dropped: [Int], created: [Int])
        case affine([[Double]])
        case rotation([[Double]])
        /// One after the other, the first first.
        case sequence([CoordinateTransformation])
        case byDimension([Part])
        case bijection(forward: CoordinateTransformation, inverse: CoordinateTransformation)
        /// Vectors added to the points.
        case displacements(Field)
        /// Vectors that replace the points.
        case coordinates(Field)
        /// A scale, translation, affine or rotation whose numbers are an array at a path.
        case stored(type: String, path: String)
        /// Anything else, as written: a type nobody knows, or one whose members make no sense.
        case unknown(JSONValue)
    }

    /// What it does.
    public var kind: Kind
    /// Its name; nil where it has none.
    public var name: String?
    /// Where its points come from and go to; nil inside other transformations, and before 0.6.
    public var input, output: End?

    /// A transformation.
    public init(_ kind: Kind, name: String? = nil, input: End? = nil, output: End? = nil) {
        self.kind = kind
        self.name = name
        self.input = input
        self.output = output
    }

    /// The type as metadata name it; nil where there is none.
    public var type: String? {
        switch kind {
        case .identity: "identity"
        case .scale: "scale"
        case .translation: "translation"
        case .mapAxis: "mapAxis"
        case .projectAxis: "projectAxis"
        case .affine: "affine"
        case .rotation: "rotation"
        case .sequence: "sequence"
        case .byDimension: "byDimension"
        case .bijection: "bijection"
        case .displacements: "displacements"
        case .coordinates: "coordinates"
        case .stored(let type, _): type
        case .unknown(let json): json["type"]?.string
        }
    }
}
