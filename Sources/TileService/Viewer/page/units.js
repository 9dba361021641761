// Numbers for people: lengths, times and counts with few digits.

const symbols = {
    angstrom: "Å", attometer: "am", femtometer: "fm", picometer: "pm", nanometer: "nm", micrometer: "µm",
    millimeter: "mm", centimeter: "cm", meter: "m", kilometer: "km", inch: "in", foot: "ft",
    nanosecond: "ns", microsecond: "µs", millisecond: "ms", second: "s", minute: "min", hour: "h", day: "d",
};

/** Metres in the units that a scale bar may change between. */
const metres = [["pm", 1e-12], ["nm", 1e-9], ["µm", 1e-6], ["mm", 1e-3], ["m", 1]];

/** The symbol of a unit of OME-NGFF; what is not known stands for itself. */
export const symbol = (unit) => symbols[unit] ?? unit ?? "";

/** A number with about four digits. */
export function short(value) {
    if (value === 0 || !Number.isFinite(value)) return String(value);
    const size = Math.abs(value);
    if (size >= 1e6 || size < 1e-3) return value.toExponential(2);
    return Number(value.toPrecision(size >= 1000 ? Math.ceil(Math.log10(size)) : 4)).toString();
}

/** A whole number with its thousands apart. */
export const grouped = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");

/**
 * The round length nearest below a length, in the unit that suits it.
 *
 * @returns {{length: number, text: string}} the length in the unit that came in
 */
export function roundLength(length, unit) {
    const known = metres.find(([name]) => name === unit);
    let factor = 1, name = unit;
    if (known) {
        const inMetres = length * known[1];
        const best = metres.findLast(([, size]) => inMetres >= size) ?? metres[0];
        factor = known[1] / best[1];
        name = best[0];
    }
    const power = 10 ** Math.floor(Math.log10(length * factor));
    const digit = [5, 2, 1].find((digit) => digit * power <= length * factor * 1.0000001) ?? 1;
    const round = digit * power;
    return { length: round / factor, text: `${short(round)} ${name}` };
}
