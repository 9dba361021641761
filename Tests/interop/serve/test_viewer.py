"""The pages of `ome-zarr serve`, as a browser shows them: pictures against the pixels they are made of, hands and keys,
links, faults. Chromium draws WebGL in software, so every screenshot is the same on every machine."""

import json
import urllib.parse

import numpy as np
import pytest
import tifffile

from browser import Browser
from conftest import ROOT
from served import serving

# Tiles have 8 bits and are put through a window twice.
TOLERANCE = 4


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("viewer")
    images = folder / "images"
    (images / "deep").mkdir(parents=True)
    run("sample", "--size", 600, "--out", folder / "cells.ome.tif")
    run("sample", "--kind", "labels", "--size", 600, "--out", folder / "nuclei.ome.tif")
    run("convert", folder / "cells.ome.tif", images / "cells.zarr")
    run("add-labels", images / "cells.zarr", f"{folder / 'nuclei.ome.tif'}:nuclei")
    run("sample", "--kind", "brightfield", "--size", "300x420", "--out", images / "tissue.ome.tif")
    run("sample", "--kind", "lightsheet", "--size", "9x200x240", "--timepoints", 2, "--out", images / "deep/stack.ome.tif")
    return folder


@pytest.fixture(scope="module")
def service(folder):
    with serving(folder / "images") as server:
        yield server


@pytest.fixture(scope="module")
def shared_browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(shared_browser, service):
    """A browser of which no page complained, and no page asked anybody but the service."""
    browser = shared_browser
    browser.resize(1400, 900)
    browser.complaints, browser.requests = [], []
    yield browser
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith((service.url, "about:", "data:", "blob:"))] == []


def view(browser, service, image, fragment="", query=""):
    """Opens the page of an image and hides everything but the image."""
    browser.open(f"{service.url}/view/{image}{query}{'#' + fragment if fragment else ''}")
    browser.wait("document.body.matches('.open')")
    browser.rest()


def picture(browser):
    """The stage without what lies on it."""
    browser.key("h")
    browser.rest()
    shot = browser.shot()
    browser.key("h")
    # The scale bar stays, at the lower left.
    return shot[:780]


def composite(planes, channels):
    """Channels `[c, y, x]` as the service says they are shown, `[y, x, rgb]`."""
    light = np.zeros((*planes.shape[1:], 3))
    for plane, channel in zip(planes, channels):
        if channel["active"]:
            start, end = channel["window"]["start"], channel["window"]["end"]
            value = np.clip((plane.astype(float) - start) / (end - start), 0, 1)
            color = np.array([int(channel["color"][i : i + 2], 16) for i in (0, 2, 4)])
            light += value[:, :, None] * color
    return np.clip(light, 0, 255)


def place(shot, expected, x, y):
    """The part of a screenshot where the image lies at 1:1, when its pixel (x, y) is in the middle of the stage."""
    left, top = 700 - x, 450 - y
    part = shot[top : top + expected.shape[0], left : left + expected.shape[1]]
    return part, expected[: part.shape[0], : part.shape[1]]


def assert_alike(shot, expected, tolerance=TOLERANCE):
    assert shot.shape == expected.shape
    difference = np.abs(shot - expected)
    assert difference.max() <= tolerance, f"differs by {difference.max()} at {np.unravel_index(difference.argmax(), difference.shape)}"


@pytest.fixture(scope="module")
def cells(folder):
    return tifffile.imread(folder / "cells.ome.tif")


@pytest.fixture(scope="module")
def channels(service):
    return service.json("/api/images/cells.zarr")["channels"]


CELLS = "at=300,400,1"


def test_the_list_shows_every_image_with_a_picture_and_finds_them_by_words(browser, service):
    browser.open(service.url)
    browser.wait("document.querySelectorAll('img.here').length === 3")
    assert browser.run("[...document.querySelectorAll('li strong')].map(e => e.textContent)") == [
        "cells.zarr", "tissue.ome.tif", "stack.ome.tif",
    ]
    assert browser.run("[...document.querySelectorAll('h2')].map(e => e.textContent)") == ["Images", "deep"]
    facts = browser.run("[...document.querySelectorAll('li small')].map(e => e.textContent)")
    assert facts[0] == "600 × 600 · 3 channels · uint16"
    assert facts[2].startswith("240 × 200 · 9 planes · 2 times")
    browser.key("/")
    browser.set("#search", "deep sta")
    assert browser.run("[...document.querySelectorAll('li strong')].map(e => e.textContent)") == ["stack.ome.tif"]
    assert browser.run("document.getElementById('count').textContent") == "1 of 3"
    browser.set("#search", "nothing at all")
    assert browser.run("document.querySelector('main .message').textContent") == "No image has all these words."
    browser.set("#search", "")
    browser.click("li a")
    browser.wait("location.pathname === '/view/cells.zarr' && document.body.matches('.open')")


def test_channels_are_composed_as_their_windows_and_colours_say(browser, service, cells, channels):
    view(browser, service, "cells.zarr", CELLS)
    assert browser.run("document.getElementById('stage').dataset.renderer") == "webgl"
    assert_alike(*place(picture(browser), composite(cells, channels), 300, 400))


def test_a_channel_is_hidden_and_shown_by_its_key_and_its_button(browser, service, cells, channels):
    view(browser, service, "cells.zarr", CELLS)
    browser.key("2")
    without = [dict(channel, active=channel["index"] != 1) for channel in channels]
    assert_alike(*place(picture(browser), composite(cells, without), 300, 400))
    browser.click(".channel:nth-child(2) .toggle")
    assert_alike(*place(picture(browser), composite(cells, channels), 300, 400))


def test_contrast_colour_gamma_and_inversion_follow_the_hand(browser, service, cells, channels):
    view(browser, service, "cells.zarr", CELLS + "&channels=0")
    window = {"start": 300, "end": 2000}
    browser.set(".channel:first-child [data-part=start]", "300")
    browser.set(".channel:first-child [data-part=end]", "2000")
    browser.set(".channel:first-child [data-part=color]", "#ffcc00")
    changed = [dict(channels[0], window=window, color="FFCC00", active=True)]
    expected = composite(cells[:1], changed)
    assert_alike(*place(picture(browser), expected, 300, 400))
    browser.set(".channel:first-child [data-part=gamma]", "-1")
    value = np.clip((cells[0].astype(float) - 300) / 1700, 0, 1)
    # Next to black a step of 8 bits is a large one below the root.
    shot, wanted = place(picture(browser), np.sqrt(value)[:, :, None] * [255, 204, 0], 300, 400)
    bright = wanted[:, :, 0] > 60
    assert np.abs(shot - wanted)[bright].max() <= TOLERANCE
    browser.set(".channel:first-child [data-part=gamma]", "0")
    browser.click(".channel:first-child .invert")
    inverted = (1 - value)[:, :, None] * [255, 204, 0]
    assert_alike(*place(picture(browser), inverted, 300, 400))


def test_a_slider_of_the_histogram_moves_one_end_of_the_window(browser, service):
    view(browser, service, "cells.zarr", CELLS)
    browser.set(".channel:first-child .handle:nth-of-type(1)", "500")
    assert browser.run("document.querySelector('.channel [data-part=start]').value") == "500"
    browser.wait("location.hash.includes('window.0=500:')")
    # The ends cannot pass one another.
    browser.set(".channel:first-child .handle:nth-of-type(2)", "0")
    assert browser.run("document.querySelector('.channel [data-part=end]').value") == "501"


def test_automatic_contrast_shows_all_but_the_darkest_and_brightest_pixels(browser, service, cells):
    view(browser, service, "cells.zarr", CELLS)
    browser.wait("performance.getEntriesByType('resource').filter(e => e.name.includes('/histogram?')).length === 3")
    browser.run("new Promise(done => setTimeout(done, 50))")
    browser.click(".channel [data-part=auto]")
    browser.wait("location.hash.includes('window.0')")
    start, end = (float(browser.run(f"document.querySelector('.channel [data-part={p}]').value")) for p in ("start", "end"))
    assert abs((cells[0] < start).mean() - 0.01) < 0.01
    assert abs((cells[0] > end).mean() - 0.001) < 0.002


def test_a_drag_moves_the_image_with_the_hand(browser, service, cells, channels):
    view(browser, service, "cells.zarr", CELLS)
    browser.drag((700, 500), (640, 530))
    browser.rest()
    browser.wait("location.hash.includes('at=360.0,370.0,1')")
    assert_alike(*place(picture(browser), composite(cells, channels), 360, 370))


def test_the_wheel_zooms_about_the_pointer(browser, service):
    view(browser, service, "cells.zarr", CELLS)
    # Pixel (350, 420) lies under the pointer before and after.
    browser.wheel(750, 470, -260)
    browser.rest()
    browser.wait("location.hash.includes('at=325.0,410.0,2')")
    browser.wheel(750, 470, 260)
    browser.rest()
    browser.wait("location.hash.includes('at=300.0,400.0,1')")


def test_pixels_of_an_enlarged_image_have_sharp_edges(browser, service, cells, channels):
    view(browser, service, "cells.zarr", "at=300,300,16")
    shot = picture(browser)[450 - 320 : 450 + 320, 700 - 320 : 700 + 320]
    assert_alike(shot, composite(cells, channels)[280:320, 280:320].repeat(16, 0).repeat(16, 1))


def test_keys_move_zoom_and_go_back(browser, service):
    view(browser, service, "cells.zarr", CELLS)
    browser.run("document.getElementById('stage').focus()")
    browser.key("ArrowRight")
    browser.key("ArrowDown", shift=False)
    browser.wait("location.hash.includes('at=380.0,480.0,1')")
    browser.key("+")
    browser.key("+")
    browser.wait("location.hash.includes(',2&') || location.hash.endsWith(',2')")
    browser.key("r")
    fitted = browser.run("document.getElementById('scale').dataset.zoom")
    browser.key("0")
    browser.rest()
    assert browser.run("document.getElementById('scale').dataset.zoom") == fitted
    browser.key("?")
    assert browser.run("document.getElementById('help').open")
    assert browser.run("document.querySelectorAll('#keys dt').length") == browser.run("document.querySelectorAll('#keys dd').length") > 8
    browser.key("Escape")


@pytest.fixture(scope="module")
def stack(folder):
    return tifffile.imread(folder / "images/deep/stack.ome.tif").squeeze()


def test_planes_times_and_projections_are_those_asked_for(browser, service, stack):
    (channel,) = service.json("/api/images/deep~stack.ome.tif")["channels"]
    at = "at=120,100,1"
    view(browser, service, "deep~stack.ome.tif", at + "&z=4")
    assert_alike(*place(picture(browser), composite(stack[0, 4][None], [channel]), 120, 100))
    browser.key("]")
    browser.key("]")
    browser.key(".")
    browser.rest()
    browser.wait("location.hash.includes('z=6&t=1')")
    assert_alike(*place(picture(browser), composite(stack[1, 6][None], [channel]), 120, 100))
    browser.set(".plane:first-child input", "2")
    assert_alike(*place(picture(browser), composite(stack[1, 2][None], [channel]), 120, 100))
    browser.click("[data-project=max]")
    assert_alike(*place(picture(browser), composite(stack[1].max(0)[None], [channel]), 120, 100))
    browser.click("[data-project=mean]")
    assert_alike(*place(picture(browser), composite(stack[1].mean(0)[None], [channel]), 120, 100))
    assert browser.run("document.querySelector('.plane input').disabled")


def test_playing_goes_through_the_times_until_it_is_stopped(browser, service):
    view(browser, service, "deep~stack.ome.tif", "at=120,100,1&t=0")
    browser.run("document.activeElement.blur()")
    browser.key(" ")
    for time in (1, 0, 1):
        browser.wait(f"document.querySelector('.plane:last-child input').value === '{time}'")
    browser.key(" ")
    assert browser.run("document.querySelector('.play[aria-pressed=true]') === null")


def test_a_photograph_has_its_own_colours(browser, service, folder):
    pixels = tifffile.imread(folder / "images/tissue.ome.tif").astype(int)
    if pixels.shape[0] == 3:
        pixels = np.moveaxis(pixels, 0, -1)
    view(browser, service, "tissue.ome.tif", "at=210,150,1")
    assert_alike(*place(picture(browser), pixels, 210, 150), tolerance=1)
    assert browser.run("document.querySelectorAll('.channel').length") == 1


def test_labels_lie_on_top_as_strong_as_one_likes(browser, service, folder):
    labels = tifffile.imread(folder / "nuclei.ome.tif").squeeze() > 0
    view(browser, service, "cells.zarr", CELLS)
    plain = picture(browser)
    browser.key("l")
    browser.set("#opacity", "1")
    full = picture(browser)
    browser.set("#opacity", "0.5")
    half = picture(browser)
    on = np.zeros(plain.shape[:2], bool)
    part, expected = place(on, labels, 300, 400)
    part[:] = expected
    assert (full == plain)[~on].all()
    assert (full != plain).any(axis=2)[on].mean() > 0.99
    assert_alike(half[on], (plain[on] + full[on]) / 2, tolerance=2)
    browser.wait("location.hash.includes('labels=cells.zarr~labels~nuclei')")


def test_a_link_shows_another_the_same(browser, service):
    fragment = (
        "at=310.5,290.5,1.5&channels=0,2&window.0=200:3000&gamma.0=0.5&color.2=00FFAA&invert.2=1"
        "&labels=cells.zarr~labels~nuclei&opacity=0.3"
    )
    view(browser, service, "cells.zarr", fragment)
    first = browser.shot()
    assert browser.run("location.hash.slice(1)") == fragment
    browser.key("1")
    browser.key("ArrowLeft")
    browser.rest()
    assert (browser.shot() != first).any()
    browser.wait("location.hash.slice(1) !== " + json.dumps(fragment))
    browser.run(f"location.hash = {json.dumps(fragment)}")
    browser.rest()
    assert_alike(browser.shot()[70:780, :1000], first[70:780, :1000], tolerance=1)
    view(browser, service, "deep~stack.ome.tif", "at=100.0,90.0,2&z=3&t=1&project=max")
    assert browser.run("location.hash.slice(1)") == "at=100.0,90.0,2&z=3&t=1&project=max"


def test_a_senseless_link_shows_the_image_as_it_is(browser, service):
    view(browser, service, "cells.zarr")
    plain = browser.shot()
    view(browser, service, "cells.zarr", "at=x,NaN,-1&z=9e99&window.0=5:1&color.0=red&gamma.0=1e9&labels=../x&t=-1&project=no")
    assert (browser.shot() == plain).all()


def test_without_webgl_the_service_composes_the_same_picture(browser, service):
    view(browser, service, "cells.zarr", CELLS + "&window.1=200:4000&gamma.2=0.7")
    shown = picture(browser)
    view(browser, service, "cells.zarr", CELLS + "&window.1=200:4000&gamma.2=0.7", query="?renderer=canvas")
    assert browser.run("document.getElementById('stage').dataset.renderer") == "canvas"
    difference = np.abs(picture(browser) - shown)
    assert difference.mean() < 1.5
    browser.key("2")
    assert picture(browser)[:, :, 1].mean() < shown[:, :, 1].mean() / 2


def test_the_values_under_the_pointer_are_those_of_the_file(browser, service, cells):
    view(browser, service, "cells.zarr", CELLS)
    browser.mouse("mouseMoved", 720, 460)
    browser.wait("document.querySelectorAll('.where b').length === 3")
    values = browser.run("[...document.querySelectorAll('.where b')].map(e => Number(e.textContent))")
    assert values == cells[:, 410, 320].tolist()
    size = service.json("/api/images/cells.zarr")["levels"][0]["scale"][-1]
    text = browser.run("document.querySelector('[data-part=place]').textContent")
    assert text.startswith("x 320  y 410")
    assert f"{320 * size:.4g} µm" in text


def test_the_scale_bar_is_as_long_as_it_says(browser, service):
    size = service.json("/api/images/cells.zarr")["levels"][0]["scale"][-1]
    for scale in (0.7, 1, 3, 40):
        view(browser, service, "cells.zarr", f"at=300,300,{scale}")
        length, unit = browser.run("document.querySelector('#scale span').textContent").split()
        micrometres = float(length) * {"nm": 1e-3, "µm": 1, "mm": 1e3}[unit]
        width = browser.run("document.querySelector('#scale i').getBoundingClientRect().width")
        assert abs(width - micrometres / size * scale) < 1
        assert 60 <= width <= 161


def test_the_minimap_takes_one_there(browser, service):
    view(browser, service, "cells.zarr", "at=300,300,4")
    x, y, width, height = browser.run("(b => [b.x, b.y, b.width, b.height])(document.getElementById('minimap').getBoundingClientRect())")
    browser.mouse("mousePressed", x + width / 4, y + height * 3 / 4, button="left", clickCount=1)
    browser.mouse("mouseReleased", x + width / 4, y + height * 3 / 4, button="left", clickCount=1)
    browser.rest()
    browser.wait("location.hash.startsWith('#at=1')")
    at = [float(value) for value in browser.run("location.hash").split("&")[0][4:].split(",")]
    assert abs(at[0] - 150) < 6 and abs(at[1] - 450) < 6


def test_tiles_that_are_no_longer_seen_are_not_waited_for(browser, service):
    view(browser, service, "cells.zarr", CELLS)
    browser.run("""(() => {
        window.aborted = 0;
        const real = window.fetch;
        window.fetch = (url, options) => {
            options?.signal?.addEventListener("abort", () => { window.aborted += 1; });
            return real(url, options);
        };
    })()""")
    browser.set(".channel:first-child [data-part=end]", "1234")
    browser.wait("performance.getEntriesByType('resource').length && (document.getElementById('stage').dataset.isResting === 'false')")
    for number in range(6):
        browser.set(".channel:first-child [data-part=end]", str(1500 + number))
        browser.run("new Promise(done => setTimeout(done, 195))")
    browser.rest()
    assert browser.run("document.querySelector('.channel [data-part=end]').value") == "1505"


@pytest.mark.parametrize("width,height", [(390, 780), (820, 1100), (2560, 1300)])
@pytest.mark.parametrize("path", ["", "view/deep~stack.ome.tif"])
def test_the_pages_fit_every_screen(browser, service, width, height, path):
    browser.resize(width, height)
    browser.open(f"{service.url}/{path}")
    browser.wait("document.body.matches('.open') || document.querySelectorAll('img.here').length > 0")
    assert browser.run("document.scrollingElement.scrollWidth") <= width
    outside = browser.run("""[...document.querySelectorAll("button, input, a, select")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && !element.matches(".handle") && (box.left < 0 || box.right > innerWidth);
    }).map((element) => element.outerHTML)""")
    assert outside == []


@pytest.mark.parametrize("path", ["", "view/cells.zarr", "view/deep~stack.ome.tif"])
def test_everything_one_can_use_has_a_name(browser, service, path):
    browser.open(f"{service.url}/{path}")
    browser.wait("document.body.matches('.open') || document.querySelectorAll('img.here').length === 3")
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "slider", "textbox", "link", "combobox", "checkbox", "ColorWell", "searchbox", "spinbutton"}
    used = [node for node in nodes if not node.get("ignored") and node.get("role", {}).get("value") in roles]
    assert len(used) > 3
    assert [node for node in used if not node.get("name", {}).get("value")] == []


def test_what_is_wrong_is_said_in_a_sentence(browser, service):
    browser.open(f"{service.url}/view/nothing.tif")
    browser.wait("!document.getElementById('failure').hidden")
    said = browser.run("document.getElementById('failure').textContent")
    assert said.startswith("There is no image") and said.endswith(".")
    # The browser itself notes that there was none.
    assert len(browser.complaints) == 1 and "404" in browser.complaints[0]
    browser.complaints = []


@pytest.fixture
def another_browser():
    """A browser that may complain."""
    browser = Browser()
    yield browser
    browser.close()


def test_names_with_special_characters_are_listed_and_shown(tmp_path, another_browser):
    browser = another_browser
    folder = tmp_path / "a~b! c"
    folder.mkdir()
    tifffile.imwrite(folder / "50% ü~#1?.tif", np.full((40, 50), 7, "u1"), photometric="minisblack")
    with serving(tmp_path) as service:
        browser.open(service.url)
        browser.wait("document.querySelectorAll('img.here').length === 1")
        assert browser.run("document.querySelector('h2').textContent") == "a~b! c"
        assert browser.run("document.querySelector('li strong').textContent") == "50% ü~#1?.tif"
        browser.click("li a")
        browser.wait("document.body.matches('.open')")
        browser.rest()
    assert browser.complaints == []


def test_a_service_that_went_away_is_noticed_and_the_picture_stays(folder, another_browser):
    browser = another_browser
    with serving(folder / "images") as service:
        view(browser, service, "cells.zarr", CELLS)
        shown = browser.shot()[150:780, :1000]
    # The tiles that would suit this window cannot come; those that are here are drawn in it.
    browser.set(".channel:first-child [data-part=end]", "3000")
    browser.wait("!document.getElementById('notice').hidden")
    assert "does not answer" in browser.run("document.getElementById('notice').textContent")
    assert browser.shot()[150:780, :1000, 2].mean() > shown[:, :, 2].mean()


def test_a_token_is_asked_for_and_kept_out_of_links(folder, another_browser):
    browser = another_browser
    with serving(folder / "images", "--token", "secret word") as service:
        browser.open(service.url)
        browser.wait("document.querySelector('.token input')")
        assert "token" in browser.run("document.getElementById('failure').textContent")
        browser.set(".token input", "secret word")
        browser.click(".token button")
        browser.wait("document.querySelectorAll('img.here').length === 3")
        browser.click("li a")
        browser.wait("document.body.matches('.open') && location.hash.includes('at=')")
        browser.click("[data-act=share]")
        link = browser.run("document.querySelector('[data-part=link]').value")
        assert link.startswith(f"{service.url}/view/cells.zarr#at=")
        for part in ("zarr", "napari", "python"):
            assert "secret" not in browser.run(f"document.querySelector('[data-part={part}]').value")
        for part in ("neuroglancer", "vizarr"):
            assert "secret" not in browser.run(f"document.querySelector('[data-part={part}]').href")
        browser.click("[data-part=with-token]")
        link = browser.run("document.querySelector('[data-part=link]').value")
        assert "token=secret" in link
        browser.open(link)
        browser.wait("document.body.matches('.open')")


def test_links_to_other_viewers_name_the_zarr(browser, service):
    view(browser, service, "cells.zarr")
    browser.click("[data-act=share]")
    zarr = f"{service.url}/zarr/cells.zarr/"
    assert browser.run("document.querySelector('[data-part=zarr]').value") == zarr
    assert browser.run("document.querySelector('[data-part=napari]').value") == f"napari --plugin napari-ome-zarr '{zarr}'"
    vizarr = urllib.parse.urlsplit(browser.run("document.querySelector('[data-part=vizarr]').href"))
    assert urllib.parse.parse_qs(vizarr.query)["source"] == [f"{service.url}/zarr2/cells.zarr/"]
    neuroglancer = urllib.parse.urlsplit(browser.run("document.querySelector('[data-part=neuroglancer]').href"))
    state = json.loads(urllib.parse.unquote(neuroglancer.fragment[1:]))
    assert state["layers"][0]["source"] == zarr
    assert state["displayDimensions"] == ["x", "y"]
    assert service.json("/zarr/cells.zarr/zarr.json")["node_type"] == "group"
    assert "multiscales" in service.json("/zarr2/cells.zarr/.zattrs")


def test_pages_are_typed_tagged_and_let_nothing_else_in(service):
    types = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    files = list((ROOT / "Sources/TileService/Viewer/page").iterdir())
    assert len(files) > 20
    for file in files:
        body, headers = service.get(f"/page/{file.name}")
        assert body == file.read_bytes()
        assert headers["Content-Type"].startswith(types[file.suffix])
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        service.get(f"/page/{file.name}", headers={"If-None-Match": headers["ETag"]}, status=304)
    assert service.get("/")[0] == service.get("/page/index.html")[0]
    assert service.get("/view/anything")[0] == service.get("/page/view.html")[0]
    for path in ("/page/", "/page/other.js", "/page/view.js/more", "/view", "/view/a/b"):
        service.get(path, status=404)
