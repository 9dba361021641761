import Pyramid

extension UnfinishedOutput {
    /// Says what was being done to the output and how to go on.
    func refusal(_ path: String) -> Refusal {
        switch self {
        case .conversion:
            Refusal(
                "\(path) is unfinished: it is being written, or was when that was interrupted; go on with it by "
                    + "'ome-zarr convert … --resume', or start anew with --overwrite")
        case .replacement:
            Refusal(
                "\(path) is unfinished: it was to be written anew, and part of what it held may be gone; go on by "
                    + "'ome-zarr convert … --resume', which removes the rest, or start once more with --overwrite")
        case .repair:
            Refusal(
                "\(path) is unfinished: it is being repaired, or was when that was interrupted; go on by 'ome-zarr "
                    + "repair \(path) --from' its input")
        case .unknown:
            Refusal(
                "\(path) is unfinished, and nothing says what was being done to it: make it anew with --overwrite")
        }
    }
}
