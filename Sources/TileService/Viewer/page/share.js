// Where else the image can be opened, and links to what is shown.

import { address, hasToken } from "./service.js";

/** Fills the dialog; told again each time it opens, because the view has moved. */
export function fillShareDialog(dialog, image) {
    const find = (name) => dialog.querySelector(`[data-part=${name}]`);
    const zarr = address(image.zarr, {}, { withToken: false });
    const withToken = find("with-token");
    const write = () => {
        const link = new URL(location.href);
        if (!withToken.checked) link.searchParams.delete("token");
        find("link").value = link.href;
    };
    find("token-choice").hidden = !hasToken;
    find("token-note").hidden = !hasToken;
    withToken.onchange = write;
    write();
    find("zarr").value = zarr;
    // It opens only what is called so.
    const named = zarr.includes(".zarr") ? zarr : zarr.replace(/\/$/, ".zarr/");
    find("napari").value = `napari --plugin napari-ome-zarr '${named}'`;
    find("python").value = `zarr.open_group("${zarr}", mode="r")`;
    find("neuroglancer").href = `https://neuroglancer-demo.appspot.com/#!${encodeURIComponent(JSON.stringify(neuroglancer(image, zarr)))}`;
    // It knows every 0.4, of 0.5 not all.
    const older = address(image.zarr.replace(/^\/zarr\//, "/zarr2/"), {}, { withToken: false });
    find("vizarr").href = `https://hms-dbmi.github.io/vizarr/?source=${encodeURIComponent(older)}`;
    dialog.querySelectorAll("button[data-copy]").forEach((button) => {
        button.onclick = async () => {
            const field = find(button.dataset.copy);
            field.select();
            // A page that does not come over TLS or from this machine has no clipboard.
            await navigator.clipboard?.writeText(field.value).catch(() => {});
            button.textContent = navigator.clipboard ? "Copied" : "Press Ctrl+C";
            setTimeout(() => { button.textContent = "Copy"; }, 1500);
        };
    });
}

/** A state of Neuroglancer; without the order of axes it shows planes transposed. */
function neuroglancer(image, zarr) {
    const space = ["x", "y", "z"].filter((name) => image.axes.some((axis) => axis.name === name));
    return {
        layers: [{ type: image.kind === "labels" ? "segmentation" : "image", source: zarr, name: image.name }],
        displayDimensions: space, layout: "xy",
    };
}
