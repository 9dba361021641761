import OMEZarr
import Testing
import TileService

@Suite("The grammar of styles")
struct StyleQueryTests {
}
