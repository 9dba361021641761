import ArgumentParser
import OMEZarr

/// What the user says of an image that its file does not, or says wrongly.
struct ChangeOptions: ParsableArguments {
    @Option(help: "What the image is called.", transform: Self.name)
    var name: String?

    @Option(help: ArgumentHelp("What the channels are called, one name for each: DAPI,GFP.", valueName: "names"))
    var channelNames: String?

    @Option(
        help: ArgumentHelp("The colours of the channels, one for each: 0000FF,00FF00.", valueName: "colours"),
        transform: Self.colors)
    var channelColors: [Channel.Color]?

    // A negative number reaches the check that says what is wrong with it, instead of being taken for an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How far apart pixels lie, with a unit: 0.325um for x and y, or x,y or x,y,z as in 0.325um,0.325um,2um.",
            valueName: "sizes"),
        transform: { try PhysicalSizeArgument($0, isTime: false) })
    var pixelSize: PhysicalSizeArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How far apart time points lie, with a unit: 5s, 200ms.", valueName: "time"),
        transform: { try PhysicalSizeArgument($0, isTime: true) })
    var timeIncrement: PhysicalSizeArgument?

    /// The changes asked for.
    var changes: ImageChanges {
        var changes = ImageChanges()
        changes.name = name
        changes.channelNames = channelNames?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        changes.channelColors = channelColors
        changes.spacings = pixelSize?.spacings ?? [:]
        changes.spacings["t"] = timeIncrement?.sizes.first
        return changes
    }

    /// The image as the user describes it; the image itself where nothing was said.
    ///
    /// - Throws: ``UsageError`` where the image has no place for a change.
    func applied(to image: any ImageSource) throws -> any ImageSource {
        let changes = changes
        return changes.isEmpty ? image : try UsageError.saying { try RelabelledImage(image, changes) }
    }

    private static func name(_ argument: String) throws -> String {
        guard argument.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("the name is empty: give at least one letter, or leave --name out")
        }
        return argument
    }

    private static func colors(_ argument: String) throws -> [Channel.Color] {
        try argument.split(separator: ",", omittingEmptySubsequences: false).map { text in
            guard let color = Channel.Color(hexadecimal: String(text)) else {
                throw ValidationError("\"\(text)\" is no colour: write six hexadecimal digits, red first, as in 00FF00")
            }
            return color
        }
    }
}
