/// A file of the pages, as it lies in the program.
struct PageFile {
    let name: String
    let bytes: [UInt8]

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    var mediaType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "text/javascript; charset=utf-8"
        }
    }

    /// All there are. SwiftPM makes `PackageResources` of the folder `page`, without their names.
    static let all = [
        PageFile("camera.js", PackageResources.camera_js),
        PageFile("channels.js", PackageResources.channels_js),
        PageFile("gestures.js", PackageResources.gestures_js),
        PageFile("histogram.js", PackageResources.histogram_js),
        PageFile("icon.svg", PackageResources.icon_svg),
        PageFile("index.html", PackageResources.index_html),
        PageFile("keyboard.js", PackageResources.keyboard_js),
        PageFile("layers.js", PackageResources.layers_js),
        PageFile("list.css", PackageResources.list_css),
        PageFile("list.js", PackageResources.list_js),
        PageFile("minimap.js", PackageResources.minimap_js),
        PageFile("painter-canvas.js", PackageResources.painter_canvas_js),
        PageFile("painter-gl.js", PackageResources.painter_gl_js),
        PageFile("planes.js", PackageResources.planes_js),
        PageFile("readout.js", PackageResources.readout_js),
        PageFile("scale-bar.js", PackageResources.scale_bar_js),
        PageFile("service.js", PackageResources.service_js),
        PageFile("share.js", PackageResources.share_js),
        PageFile("stage.js", PackageResources.stage_js),
        PageFile("theme.css", PackageResources.theme_css),
        PageFile("tile-grid.js", PackageResources.tile_grid_js),
        PageFile("tile-store.js", PackageResources.tile_store_js),
        PageFile("units.js", PackageResources.units_js),
        PageFile("view-state.js", PackageResources.view_state_js),
        PageFile("view.css", PackageResources.view_css),
        PageFile("view.html", PackageResources.view_html),
        PageFile("view.js", PackageResources.view_js),
    ]
}
