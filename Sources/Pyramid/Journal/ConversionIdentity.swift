import OMEZarr
public import Zarr

/// What a conversion is: by which program, of what, into what. Two of the same identity write the same bytes.
///
/// Threads and memory are no part of it, nor are paths.
public struct ConversionIdentity: Sendable, Hashable {
    /// The program and its version.
    public var program: String
    /// What an image without a name is called; nil where the output's path gives none.
    public var name: String?
    /// What the input was called; nil where that is not known. For people: another name makes no other conversion.
    public var source: String?
    /// The options that matter, sorted: each with its dashes, followed by its value if it takes one.
    public var arguments: [String]
    /// Digest of the input; empty where nothing tells it from others.
    public var input: String
    /// Digest of the plans of all images.
    public var plan: String

    /// An identity from its parts.
    public init(
        program: String, name: String?, source: String? = nil, arguments: [String], input: String, plan: String
    ) {
        self.program = program
        self.name = name
        self.source = source
        self.arguments = arguments
        self.input = input
        self.plan = plan
    }

    /// An identity as ``json`` wrote it; nil where it is none.
    public init?(json: JSONValue) {
        guard let program = json["program"]?.string, let input = json["input"]?.string,
            let plan = json["plan"]?.string, let arguments = json["arguments"]?.array
        else { return nil }
        self.init(
            program: program, name: json["name"]?.string, source: json["source"]?.string,
            arguments: arguments.compactMap(\.string), input: input,
            plan: plan)
    }

    /// The identity as a document.
    public var json: JSONValue {
        [
            "program": .string(program), "name": name.map { .string($0) } ?? .null,
            "source": source.map { .string($0) } ?? .null,
            "arguments": .array(arguments.map { .string($0) }), "input": .string(input), "plan": .string(plan),
        ]
    }

    /// What differs in another identity, as the end of a sentence; nil where nothing does.
    ///
    /// - Parameter ignoresInput: where the input's bytes will be checked in another way.
    public func difference(from earlier: ConversionIdentity, ignoresInput: Bool = false) -> String? {
        if program != earlier.program { return "it was begun by \(earlier.program), and this is \(program)" }
        if arguments != earlier.arguments {
            return "the options have changed: they were \(Self.text(earlier)), now they are \(Self.text(self))"
        }
        if input != earlier.input && !ignoresInput { return "the input has changed since" }
        if plan == earlier.plan { return nil }
        if name != earlier.name {
            return "the output was called \(earlier.name ?? "otherwise"), which is the name of the image in it"
        }
        return "the input describes another image than before"
    }

    private static func text(_ identity: ConversionIdentity) -> String {
        identity.arguments.isEmpty ? "the defaults" : identity.arguments.joined(separator: " ")
    }
}

extension PyramidPlan {
    /// A digest of all that the bytes of the output depend on; memory and threads are no part of it.
    public var fingerprint: String {
        var digest = Fingerprint()
        for part in [
            "\(image)", "\(version)", "\(method)", "\(compression)", "\(levels)", "\(geometry.factors)",
            "\(grid.shape)",
        ] {
            digest.add(part)
        }
        return digest.hexadecimal
    }
}
