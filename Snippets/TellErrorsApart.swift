// Tells what went wrong, and whose fault it is.
import Zarr

func describe(_ store: any ReadableStore, _ key: StoreKey) -> String {
    do {
        let array = try ZarrArray.open(store, key)
        return "\(array.metadata.type) \(array.metadata.shape)"
    } catch let error as ZarrError {
        switch error.code {
        case .notFound: return "nothing there"
        case .unsupported: return "sound, but not for us: \(error)"
        case .corrupt: return "damaged: \(error)"
        default: return "failed: \(error)"
        }
    } catch {
        return "failed: \(error)"
    }
}

let store = MemoryStore()
print(describe(store, .root))
try store.write(StoreKey("zarr.json"), Array(#"{"zarr_format": 3, "node_type": "array"}"#.utf8))
print(describe(store, .root))
