/** Values in which capital and small letters, and a full stop behind a title, are form and not meaning. */
const NAMES = new Set(["patientName", "provider", "orderer", "status"]);

/**
 * Whether a value says what stands on the page. Form is forgiven, and only form: quotes and dashes that printers have in
 * several shapes, how wide a space is and whether one stands around the hyphen of a range, and capitals in names of
 * people. Anything else has to be the same, digit by digit: `5.50` is not `5.5`, and `O'Connell` is not `OConnell`.
 */
export function isSame(name: string, read: string | null, truth: string): boolean {
  if (read === null) return false;
  const [one, other] = [plain(name, read), plain(name, truth)];
  return NAMES.has(name) ? one.toLowerCase() === other.toLowerCase() : one === other;
}

function plain(name: string, value: string): string {
  const same = value.replace(/[‘’`´]/g, "'").replace(/[“”]/g, '"').replace(/[‐-―−]/g, "-").replace(
    /\s+/g,
    " ",
  ).trim();
  return name === "range" ? same.replace(/\s*-\s*/g, "-") : same;
}
