extension ZarrError {
    /// Runs `body` and says in its errors what failed and under which key. Errors that know their key pass unchanged,
    /// so that only the innermost place speaks.
    static func locating<Result>(_ key: StoreKey, _ what: @autoclosure () -> String, _ body: () throws -> Result) throws
        -> Result
    {
        do {
            return try body()
        } catch let error as ZarrError where error.key == nil {
            throw ZarrError(error.code, "\(what()): \(error.message)", key: key, errno: error.errno, cause: error.cause)
        }
    }
}
