"""The document at /openapi.json: that it is one, that it leaves nothing out, and that the service does what it says."""

import copy
import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest

from conftest import ROOT

# Of the images of `server`: what the document leaves open, so that most requests lead somewhere.
IMAGES = ["rgb.tif", "stack.ome.tif", "stack.zarr", "labels.zarr", "int16.tif", "float32.tif"]


@pytest.fixture(scope="module")
def document(server) -> dict:
    return server.json("/openapi.json")


@pytest.fixture(scope="module")
def schemathesis() -> pathlib.Path:
    """Schemathesis, in an environment of its own."""
    if path := os.environ.get("SCHEMATHESIS"):
        return pathlib.Path(path)
    made = subprocess.run([ROOT / "scripts/schemathesis-environment"], stdout=subprocess.PIPE, text=True, check=True)
    return pathlib.Path(made.stdout.strip())


def resolved(document: dict, node):
    while isinstance(node, dict) and "$ref" in node:
        place = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        node = place | {key: value for key, value in node.items() if key != "$ref"}
    return node


def parameters(document: dict, path: dict) -> list[dict]:
    return [resolved(document, one) for one in path.get("parameters", []) + path["get"].get("parameters", [])]


def test_it_is_a_document_of_openapi(document, schemathesis, tmp_path, run):
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    subprocess.run([schemathesis.with_name("openapi-spec-validator"), tmp_path / "openapi.json"], check=True)
    assert document["info"]["version"] in run("--version").stdout


def swift_cases(file: str, enum: str) -> set[str]:
    """The raw values of an enumeration in Swift."""
    body = re.search(rf"enum {enum}: String.*?\{{(.*?)\n?\s*(///|\}})", (ROOT / file).read_text(), re.S)[1]
    names = set()
    for line in re.findall(r"case (.*)", body):
        for name in line.strip().rstrip("}").split(","):
            name, _, raw = name.strip().partition(" = ")
            names.add(raw.strip('"') if raw else name)
    return names


def test_no_route_and_no_parameter_is_missing(document):
    sources = "Sources/TileService"
    # Of the pages nobody writes a client; one of OMERO's two names stands for both.
    routes = swift_cases(f"{sources}/Routes.swift", "Route") - {"", "page", "view", "webclient"}
    assert "zarr2" in routes
    assert {path.split("/")[1] for path in document["paths"]} == routes
    parts = swift_cases(f"{sources}/API/ImagesEndpoint.swift", "Part")
    assert {path.split("/")[4] for path in document["paths"] if path.startswith("/api/images/{image}/")} == parts
    pages = swift_cases(f"{sources}/OMERO/OMEROEndpoint.swift", "Page")
    assert {path.split("/")[2] for path in document["paths"] if path.startswith("/webgateway/")} == pages
    names = {
        parameter["name"].removesuffix(".0")
        for path in document["paths"].values() for parameter in parameters(document, path) if parameter["in"] == "query"
    }
    axes = {"x", "y"}
    assert names - axes | {"token"} == swift_cases(f"{sources}/HTTP/RequestParameter.swift", "RequestParameter")
    # Everything that renders takes everything that says how.
    style = {"z", "t", "project", "channels", "window.0", "color.0", "lut.0", "gamma.0", "invert.0", "mode", "quality", "v"}
    for name, path in document["paths"].items():
        said = {parameter["name"] for parameter in parameters(document, path) if parameter["in"] == "query"}
        answer = resolved(document, path["get"]["responses"].get("200", {}))
        if "image/webp" in answer.get("content", {}) and not name.startswith("/webgateway/"):
            assert style <= said, name


EXAMPLES = {
    "version": "3", "level": 0, "column": 0, "row": 0, "zoom": 0, "x": 0, "y": 0, "channel": 0, "chunk": "0-256_0-256_0-1",
    "region": "full", "part": "size",
}


def test_every_address_gives_what_the_document_says(server, document):
    for name, path in document["paths"].items():
        address = name.replace("{image}", "stack.ome.tif")
        address = address.replace("{key}", ".zattrs" if name.startswith("/zarr2/") else "zarr.json")
        query = []
        for parameter in parameters(document, path):
            known = parameter.get("example", EXAMPLES.get(parameter["name"]))
            if parameter["in"] == "path":
                address = address.replace("{" + parameter["name"] + "}", str(known))
            elif "example" in parameter:
                query.append(f"{parameter['name']}={parameter['example']}".replace("#", "%23").replace("|", "%7C"))
        assert "{" not in address, address
        status = next(iter(path["get"]["responses"]))
        answer = resolved(document, path["get"]["responses"][status])
        body, headers = server.get(
            f"{address}?{'&'.join(query)}".replace('"', "%22").replace("{", "%7B"), status=int(status))
        kind = headers["Content-Type"].split(";")[0]
        assert kind in answer["content"], f"{address} gives {kind}"
        if schema := answer["content"][kind].get("schema"):
            value = json.loads(body) if kind == "application/json" else body.decode()
            jsonschema.Draft202012Validator(schema | {"components": document["components"]}).validate(value)


@pytest.mark.parametrize("path, name", [
    ("/tiles/rgb.tif/0/0/0.png?z=one", "z=one"), ("/tiles/rgb.tif/0/0/0.png?gamma.0=1e999", "gamma.0=1e999"),
    ("/tiles/rgb.tif/0/0/0.png?pad=maybe", "pad=maybe"), ("/tiles/rgb.tif/0/0/0.png?invert.2=maybe", "invert.2=maybe"),
    ("/api/images/rgb.tif/histogram?exact=2", "exact=2"), ("/api/images/rgb.tif/histogram?bins=0", "bins=0"),
    ("/api/images/rgb.tif/histogram?range=5", "range=5"), ("/api/images/rgb.tif/thumbnail?size=1", "size=1"),
    ("/api/images/rgb.tif/thumbnail?format=gif", "format=gif"), ("/api/images/rgb.tif/region?x=9:1", "x=9:1"),
    ("/webgateway/render_image/rgb.tif/?q=2", "q=2"), ("/webgateway/render_image/rgb.tif/?flip=x", "flip=x"),
    ("/webgateway/histogram_json/stack.ome.tif/channel/0/?theZ=77", "theZ=77"),
])
def test_a_malformed_parameter_is_refused_by_its_name(server, path, name):
    body, headers = server.get(path, status=400)
    assert headers["Content-Type"] == "application/json"
    assert name in json.loads(body)["error"]["message"]


def test_parameters_nobody_knows_mean_nothing(server):
    path = "/tiles/rgb.tif/0/0/0.png"
    assert server.get(path)[1]["ETag"] == server.get(f"{path}?_=123&windows.0=1&gamma.99=2&zz=3")[1]["ETag"]


def bounded(document: dict) -> dict:
    """The document as it is for the images of this test, so that requests of Schemathesis seldom lead to nowhere."""
    document = copy.deepcopy(document)
    parts = document["components"]["parameters"]
    for name in ("image", "iiifImage"):
        parts[name]["schema"] = {"enum": IMAGES}
    for name in ("z", "t", "pathZ", "pathT"):
        parts[name]["schema"]["maximum"] = 0
    parts["level"]["schema"]["maximum"] = 1
    parts["key"]["schema"] = {"enum": ["zarr.json", ".zattrs", "0/zarr.json", "0/0/0/0", "0/c/0/0"]}
    return document


def test_schemathesis_finds_no_violation(server, document, schemathesis, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(bounded(document)))
    # Whether a range leaves the image no schema can say, so requests that fit the document may be refused with 400.
    (tmp_path / "schemathesis.toml").write_text(
        '[checks]\npositive_data_acceptance.expected-statuses = ["2xx", "303", "304", 400, 404, 501]\n')
    process = subprocess.run(
        [schemathesis, "run", "openapi.json", "--url", server.url, "--checks", "all", "--mode", "all", "--seed", "5",
         "--max-examples", "12", "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color",
         "--warnings", "off", "--request-timeout", "20"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )
    assert process.returncode == 0, process.stdout[-8000:] + process.stderr
