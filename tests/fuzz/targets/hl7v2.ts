import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import { READABLE_LABELS } from "../../../actors/formats/hl7v2/charsets/charset.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { casesOf, corpusFile } from "../../actors/formats/hl7v2/_corpus.ts";
import { bytesOf, must, type Target } from "../target.ts";
import { configOf } from "../../world/tools.ts";
import { exerciseFormat, refusable } from "./_bodies.ts";

const MESSAGE =
  "MSH|^~\\&|LAB|NORTH|EHR|MAIN|20260215073012+0000||ORU^R01^ORU_R01|M-1|P|2.5.1|||AL|NE||UNICODE UTF-8\r" +
  'PID|1||4711^^^NORTH&1.2.3&ISO^MR~99^^^STATE^SS||Doé^Ann&M^\\T\\||""|F\rOBR|1|A|B|24320-4^PANEL^LN\r' +
  "OBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dL|70-105|H|||F\rOBX|2|FT|X||a\\.br\\b\\H\\c\\N\\\\X0D0A\\\\C2842\\\\M824041\\\\Z1\\\r";
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Messages of the corpus, where it is there. */
function corpusSeeds(): readonly Uint8Array[] {
  try {
    return casesOf<{ file: string }>("roundtrip").map(({ file }) => corpusFile(file))
      .filter((bytes) => bytes.length < 8_000).slice(0, 200);
  } catch {
    return [];
  }
}

const format = bindFormat(hl7v2, configOf(hl7v2.config, {}));

/** HL7 v2: parse, identify, answer, judge, keys, paths, batch, and every character set. */
export const hl7v2Target: Target = {
  name: "hl7v2",
  seeds: [
    MESSAGE,
    MESSAGE.replaceAll("\r", "\r\n"),
    `\x0b${MESSAGE}\x1c\r`,
    "MSH$%*!@#$A$B$C$D$2026$$ADT%A01$7$P$2.7$$$AL$NE\rPID$1$$5%%%X@Y\r",
    "MSH|^~\\|A|B|C|D|2026||ACK|7|P|2.3\rMSA|AE|1|text\rERR|PID^1^3^102&x&HL70357\r",
    latin1(
      "MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5||||||~ISO IR87\rPID|1||7||Yamada~\x1b$B;3ED\x1b(B^\x1b$(D0!\x1b(B\r",
    ),
    latin1("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5||||||BIG-5\rPID|1||7||\xb3\x5c\xa5\x5c\xa8\x7c|x\r"),
    latin1("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5||||||8859/1\rPID|1||7||Zo\xeb\r"),
    Hl7Message.parse(MESSAGE).toBytes({ charset: "UTF-16" }),
    Hl7Message.parse(MESSAGE).toBytes({ charset: "UTF-32" }),
    "FHS|^~\\&|A\rBHS|^~\\&|A\r" + MESSAGE + MESSAGE + "BTS|2\rFTS|1\r",
    ...corpusSeeds(),
  ],
  words: [
    ..."|^~\\&#\r\n\x0b\x1c\0\x1a\t ",
    "\r\n",
    "\x1c\r",
    "MSH",
    "MSH|^~\\&|",
    "MSH|^~\\&#|",
    "\rOBX|1|ED|||a^b^c^Base64^",
    "\rDSC|1|F",
    "\rADD|",
    "\rBTS|1",
    "\\F\\",
    "\\T\\",
    "\\X0D\\",
    "\\XC3A9\\",
    "\\.br\\",
    '""',
    "\x1b$B",
    "\x1b(B",
    "\x1b$(D",
    "\uFEFF",
    "é",
    "山",
    "😀",
    ...READABLE_LABELS,
    "CNS 11643-1992",
    "AL",
    "NE",
    "QBP^Q22",
    "-0000",
  ],
  attempt(input) {
    const body = exerciseFormat(format, input);
    if (body instanceof Hl7Message && input.length < 4_000) {
      for (const charset of ["UTF-8", "UTF-16", "8859/1", "ISO IR87", "GB 18030-2000"]) {
        const bytes = refusable(() => body.toBytes({ charset }));
        if (bytes) {
          // Told so, since a label of 8859/1 yields to what is valid UTF-8.
          must(
            same(Hl7Message.parse(bytes, { charset }), body),
            "a message says the same in another character set",
          );
        }
      }
    }
    for (const charset of ["8859/15", "ISO IR159", "UTF-8"]) {
      const told = refusable(() => Hl7Message.parse(input, { charset }));
      if (told) refusable(() => told.with("ZZ1-1", "x").toBytes());
    }
    return body;
  },
};

/** MSH-18 apart. */
function same(a: Hl7Message, b: Hl7Message): boolean {
  const leaves = (message: Hl7Message) => JSON.stringify([...message.without("MSH-18").leaves()]);
  return leaves(a) === leaves(b);
}

/** Paths of HL7 v2: whatever is read as one can be used as one. */
export const hl7v2PathTarget: Target = {
  name: "hl7v2-path",
  seeds: ["PID-3[2].4.2", "OBX[*]-5[*].1", "MSH-2", "PID", "OBX[2]", "ZZ1[999999]-9999[999999].9999.9999"],
  words: ["[", "]", "*", "-", ".", "0", "1", "999999", "PID", "MSH", "[*]", "-1", "-2"],
  attempt(input) {
    const path = new TextDecoder().decode(input), message = Hl7Message.parse(bytesOf(MESSAGE));
    for (const use of ["get", "read", "write", "split"] as const) {
      refusable(() => format.checkPath(path, use));
    }
    refusable(() => message.get(path));
    refusable(() => message.raw(path));
    refusable(() => message.getAll(path));
    refusable(() => message.split(path));
    refusable(() => message.without(path).toBytes());
    for (const place of refusable(() => message.places(path)) ?? []) {
      must(message.places(place).length === 1, "a place is one place");
      must(message.resolve(place, place) === place, "a place is itself at itself");
    }
    const isWritable = refusable(() => (format.checkPath(path, "write"), true));
    const written = refusable(() => message.with(path, "x"));
    if (written && isWritable) must(written.get(path) === "x", "what was written is there");
    return undefined;
  },
};
