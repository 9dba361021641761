import ArgumentParser

/// What else than one image goes into the output.
struct PartOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Store a mask as labels of the image, with levels that match. May be given several times.",
            discussion:
                "A mask has the image's extent in y and x, and in z and t where it has them; axes it has not count "
                + "as one element. It is reduced by the mode, and up to 8192 different values get colours.",
            valueName: "mask.tif[:name]"))
    var labels: [LabelArgument] = []

    @Option(
        help: ArgumentHelp(
            "Take a folder as a plate: how its files are named, as in '{well}_s{field}_w{channel}.tif', or auto.",
            discussion: "Placeholders: {well} or {row} and {column}, {field}, {channel}, {z}, {t}, {acquisition}; * is "
                + "anything but /. auto knows the names that Opera Phenix, CellVoyager, InCell and MetaXpress write, "
                + "and A01_s1_w1.tif, A01_s1.tif, A01_w1.tif, A01_f1.tif, A01_1.tif, A01.tif.",
            valueName: "pattern|auto"),
        transform: PathArgument.nonempty)
    var plate: String?
}
