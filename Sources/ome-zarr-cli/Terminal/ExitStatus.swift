/// What a command tells the shell, in one place.
enum ExitStatus: Int32 {
    /// The work is done.
    case done = 0
    /// The work could not be done.
    case failed = 1
    /// The work is done, and there is something to look at: findings, skipped items.
    case findings = 2
    /// The command was called in a way that cannot work.
    case usage = 64
    /// The user stopped it.
    case interrupted = 130
}
