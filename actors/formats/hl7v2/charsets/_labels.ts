/**
 * Labels of HL7 table 0211 with the character set each means, under its WHATWG label where it has one, and other
 * spellings that senders write. What is read as a character set is written under the first label that has it.
 */
const LABELS: readonly (readonly [label: string, name: string, ...spellings: string[]])[] = [
  ["ASCII", "ascii", "US-ASCII", "7BIT"],
  ["ISO IR6", "ascii"],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 15].map((part) => [`8859/${part}`, `iso-8859-${part}`] as const),
  ["UNICODE UTF-8", "utf-8", "UTF-8", "ISO IR192"],
  ["UNICODE", "utf-8"],
  ["UNICODE UTF-16", "utf-16", "UTF-16", "UTF-16LE", "UTF-16BE"],
  ["UNICODE UTF-32", "utf-32", "UTF-32", "UTF-32LE", "UTF-32BE"],
  ["ISO IR14", "jis-x-0201", "ISO IR13", "JIS X 0201"],
  ["ISO IR87", "iso-2022-jp", "ISO-2022-JP", "JIS", "JIS X 0202", "JIS X 0208", "JAS2020"],
  ["ISO IR159", "iso-2022-jp-1", "ISO-2022-JP-1", "ISO-2022-JP-2", "JIS X 0212"],
  ["GB 18030-2000", "gb18030", "GB18030"],
  ["KS X 1001", "euc-kr", "KS C 5601", "CP949", "MS949", "UHC"],
  ["BIG-5", "big5", "CP950", "MS950"],
  ["CNS 11643-1992", "CNS 11643-1992", "CNS 11643", "EUC-TW"],
  ["windows-1252", "windows-1252", "ANSI", "CP1252", "WIN1252", "1252"],
  ["Shift_JIS", "shift_jis", "CP932", "MS932"],
  ["GBK", "gbk", "CP936", "MS936"],
  ["TIS-620", "windows-874", "ISO IR166"],
  ["ISO-2022-KR", "ISO-2022-KR"],
  ["ISO-2022-CN", "ISO-2022-CN"],
  ["IBM437", "IBM437", "CP437"],
  ["IBM850", "IBM850", "CP850"],
];

/** Character sets that are known by name, and that nothing here can read. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "CNS 11643-1992",
  "ISO-2022-KR",
  "ISO-2022-CN",
  "IBM437",
  "IBM850",
]);

/** Letters and digits of a label, in capitals: what spellings have in common. */
function plain(label: string): string {
  return label.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

const NAMES: ReadonlyMap<string, string> = new Map(
  LABELS.flatMap(([label, name, ...spellings]) =>
    [label, name, ...spellings].map((spelling) => [plain(spelling), name])
  ),
);

/**
 * The character set a label means, under the name it has here: of table 0211 in any spelling, or by any label of the
 * WHATWG Encoding Standard. `undefined` for an empty label, and for one that nobody knows.
 */
export function nameOf(label: string): string | undefined {
  if (label === "") return undefined;
  if (!found.has(label)) {
    // Senders write anything into MSH-18.
    if (found.size >= FOUND_MAX) found.clear();
    found.set(label, find(label));
  }
  return found.get(label);
}

const FOUND_MAX = 256;
const found = new Map<string, string | undefined>();

function find(label: string): string | undefined {
  const letters = plain(label);
  const known = NAMES.get(letters);
  if (known !== undefined) return known;
  const windows = /^(?:WINDOWS|WIN|MS|CP)?(125\d|874)$/.exec(letters)?.[1];
  const registered = /^ISOIR(\d+)$/.exec(letters)?.[1];
  const spellings = [
    windows && `windows-${windows}`,
    registered && `iso-ir-${registered}`,
    label.trim(),
    letters,
  ];
  for (const spelling of spellings) {
    const name = spelling && platformNameOf(spelling);
    if (name) return name;
  }
  return undefined;
}

function platformNameOf(label: string): string | undefined {
  try {
    // Throws where the platform does not know the label.
    const name = new TextDecoder(label).encoding;
    if (name.startsWith("utf-16")) return "utf-16";
    // What the platform takes for windows-1252 is most often a label of 8859/1.
    return name === "replacement" ? undefined : name === "windows-1252" ? "iso-8859-1" : name;
  } catch {
    return undefined;
  }
}

/** True where nothing here can read a character set that has a name. */
export function isUnreadable(name: string): boolean {
  return UNREADABLE.has(name);
}

/** What MSH-18 calls a character set: its label of table 0211 where it has one. */
export function labelOf(name: string): string {
  return LABELS.find(([, known]) => known === name)?.[0] ?? name;
}

/** Labels that a setting may name: of table 0211 and, in small letters or capitals, of the WHATWG Encoding Standard. */
export const READABLE_LABELS: readonly string[] = [
  ...new Set([
    ...LABELS.filter(([, name]) => !isUnreadable(name)).flatMap(([label, name]) => [label, name]),
    ..."1250 1251 1253 1254 1255 1256 1257 1258".split(" ").map((page) => `windows-${page}`),
    ..."10 13 14 16".split(" ").map((part) => `iso-8859-${part}`),
    ..."koi8-r koi8-u euc-jp ibm866 macintosh".split(" "),
  ]),
];
