import TestSupport

// What all tests share, without its module's name.
typealias PackageFolder = TestSupport.PackageFolder
typealias SHA256 = TestSupport.SHA256
typealias TemporaryFolder = TestSupport.TemporaryFolder
