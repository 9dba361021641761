import ArgumentParser

/// How `convert` deals with interruptions: its own, and those of the machine.
struct ContinuationOptions: ParsableArguments {
    @Flag(
        help: """
            Go on with a conversion that was interrupted. What is complete is not made again, and the result is the same, \
            byte for byte. Starts where nothing is there yet.
            """)
    var resume = false

    @Flag(help: "Wait until everything lies on the disk before the output becomes an image.")
    var durable = false

    @Option(
        help: ArgumentHelp(
            "With --dry-run: write the plan and the options to a file, for --plan.", valueName: "file"))
    var savePlan: String?

    @Option(
        help: ArgumentHelp(
            "Convert as a file says that --save-plan wrote, and refuse where that is not possible.", valueName: "file"))
    var plan: String?
}
