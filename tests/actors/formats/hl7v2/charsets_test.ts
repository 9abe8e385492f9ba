import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { READABLE_LABELS } from "../../../../actors/formats/hl7v2/charsets/charset.ts";
import hl7v2, { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { TextField } from "../../../../runtime/contract/spec.ts";
import { hl7With } from "./hl7_with.ts";

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const header = (label: string) => `MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5||||||${label}\r`;
const withName = (label: string, name: string) => latin1(`${header(label)}PID|1||7||${name}|x\r`);
const failureOf = (fn: () => unknown) => assertThrows(fn, MitralError);
const codeOf = (fn: () => unknown) => failureOf(fn).code;

Deno.test("hl7v2 reads and writes every character set of table 0211 under its own label", () => {
  const names: Readonly<Record<string, string>> = {
    "ASCII": "Doe^Zoe",
    "ISO IR6": "Doe^Zoe",
    "8859/1": "Zoë",
    "8859/2": "Łukasz Żółć",
    "8859/3": "Ħasan Ġorġ",
    "8859/4": "Ķēniņš",
    "8859/5": "Пётр",
    "8859/6": "محمد",
    "8859/7": "Γιώργος",
    "8859/8": "שלום",
    "8859/9": "Şule İnci",
    "8859/15": "Œuvre €",
    "ISO IR14": "ﾔﾏﾀﾞ^ﾀﾛｳ",
    "ISO IR87": "山田^太郎 ~ やまだ",
    "ISO IR159": "丂山田^太郎",
    "GB 18030-2000": "张伟^㐀 Zoë 😀",
    "KS X 1001": "김철수",
    "BIG-5": "許功蓋^十卅",
    "UNICODE": "Пётр 山田 😀",
    "UNICODE UTF-8": "Пётр 山田 😀",
    "UNICODE UTF-16": "Пётр 山田 😀",
    "UNICODE UTF-32": "Пётр 山田 😀",
  };
  const plain = Hl7Message.parse(header("") + "PID|1||7\r");
  for (const [label, name] of Object.entries(names)) {
    const written = plain.with("MSH-18", label).with("PID-5", name);
    const bytes = written.toBytes(), read = Hl7Message.parse(bytes);
    assertEquals([read.get("PID-5"), read.get("MSH-18")], [name, label]);
    assertEquals(read.toBytes().toHex(), bytes.toHex(), label);
    const converted = Hl7Message.parse(plain.with("PID-5", name).toBytes({ charset: label }));
    assertEquals(converted.get("PID-5"), name, label);
  }
});

Deno.test("hl7v2 writes the bytes the platform would choose, where a character has two", () => {
  const bytesIn = (charset: string, value: string) => {
    const bytes = Hl7Message.parse(`${header("")}PID|\r`).with("PID-1", value).toBytes({ charset });
    return bytes.slice(bytes.lastIndexOf(0x7c) + 1, -1).toHex();
  };
  assertEquals(bytesIn("BIG-5", "十卅"), "a451a4ca");
  assertEquals(bytesIn("Shift_JIS", "髙∑∪"), "fbfc879481be");
  assertEquals(bytesIn("GB 18030-2000", "€𠀀"), "a2e395328236");
  assertEquals(bytesIn("ISO IR87", "a山b"), "611b24423b331b284262");
  assertEquals(bytesIn("ISO IR159", "丂"), "1b24284430211b2842");
  assertEquals(bytesIn("8859/15", "€"), "a4");
});

Deno.test("hl7v2 knows the labels senders write, in any spelling", () => {
  const labelsOf: Readonly<Record<string, readonly string[]>> = {
    "é": [
      "8859/1",
      "ISO8859/1",
      "ISO 8859-1",
      "iso_8859-1:1987",
      "latin1",
      "ISO-IR-100",
      "ISO_IR 100",
      "CP1252",
    ],
    "щ": ["8859/5", "ISO-8859-5", "ISO_IR 144", "iso8859/5", "8859-5"],
    "й": ["windows-1251", "WINDOWS 1251", "CP1251", "Win1251", "1251"],
    "И": ["KOI8-R"],
  };
  for (const [character, labels] of Object.entries(labelsOf)) {
    for (const label of labels) {
      assertEquals(Hl7Message.parse(withName(label, "\xe9")).get("PID-5"), character, label);
    }
  }
  for (const label of ["utf8", "UTF-8", "Unicode UTF-8", "UNICODE_UTF8", "ISO IR192", "UNICODE(UTF-8)"]) {
    assertEquals(Hl7Message.parse(withName(label, "\xd0\xb9")).get("PID-5"), "й", label);
  }
  for (const label of ["MS949", "ks_c_5601-1987", "EUC-KR"]) {
    assertEquals(Hl7Message.parse(withName(label, "\xb1\xe8")).get("PID-5"), "김", label);
  }
});

Deno.test("hl7v2 lets no label crash it, and reads a message under any", () => {
  const label = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ maxLength: 12, unit: fc.constantFrom(..."ISOIR8859/1UTF-6 CP") }),
    fc.constantFrom("constructor", "__proto__", "x-user-defined", "replacement", "utf-7", "UTF-EBCDIC"),
  ).filter((text) => /^[\x20-\x7e]*$/.test(text) && !/[|^~\\&]/.test(text));
  fc.assert(fc.property(label, (label) => {
    const bytes = withName(label, "Zo\xeb \xa4\xa4");
    try {
      assertEquals(Hl7Message.parse(bytes).toBytes(), bytes);
    } catch (error) {
      assert(error instanceof MitralError && error.code === "HL7V2_CHARSET_UNSUPPORTED", String(error));
    }
  }));
});

Deno.test("hl7v2 refuses what it has no table for by name, at the door, and only where it would need one", () => {
  const format = hl7With({});
  for (
    const [label, charset] of [["CNS 11643-1992", "CNS 11643-1992"], ["EUC-TW", "CNS 11643-1992"], [
      "cp850",
      "IBM850",
    ]]
  ) {
    const bytes = withName(label, "\xc4\xe3"), ascii = withName(label, "Doe");
    for (const fn of [() => format.identify(bytes), () => format.parse(bytes)]) {
      const { code, facts, blame } = failureOf(fn);
      assertEquals([code, facts.charset, facts.path, blame], [
        "HL7V2_CHARSET_UNSUPPORTED",
        charset,
        "MSH-18",
        "unsupported",
      ]);
    }
    assertEquals(format.identify(ascii).controlId, "1");
    assertEquals(format.parse(ascii).toBytes(), ascii);
    const escaped = Hl7Message.parse(withName(label, "\\XE9\\"));
    assertEquals([escaped.get("PID-5"), escaped.with("PID-6", "y").get("PID-6")], ["\\XE9\\", "y"]);
    assertEquals(codeOf(() => escaped.with("PID-6", "é")), "HL7V2_CHARACTER_UNENCODABLE");
    const answer = format.answer(
      bytes,
      { kind: "rejected", error: failureOf(() => format.identify(bytes)) },
      {
        id: "1",
        atMs: 0,
      },
    );
    const read = Hl7Message.parse(answer!.bytes);
    assertEquals([read.get("MSA-1"), read.get("ERR-3"), read.raw("ERR-2")], ["AR", "103", "MSH^1^18"]);
    // Who knows better may say so.
    assertEquals(Hl7Message.parse(bytes, { charset: "8859/1" }).get("PID-5"), "Äã");
  }
  assertEquals(
    codeOf(() => Hl7Message.parse(header("")).toBytes({ charset: "EUC-TW" })),
    "HL7V2_CHARSET_UNSUPPORTED",
  );
  assertEquals(
    codeOf(() => Hl7Message.parse(header("")).toBytes({ charset: "no such" })),
    "HL7V2_CHARSET_UNSUPPORTED",
  );
});

Deno.test("hl7v2 takes the word of who knows the sender: always, or where MSH-18 says nothing", () => {
  const read = (label: string, words: { charset?: string; defaultCharset?: string }, name = "\xc4\x9b") =>
    Hl7Message.parse(withName(label, name), words).get("PID-5");
  assertEquals(read("", {}), "ě");
  assertEquals(read("", { defaultCharset: "windows-1250" }), "Ä›");
  assertEquals(read("ASCII", { defaultCharset: "windows-1250" }), "Ä›");
  assertEquals(read("ISO IR 999", { defaultCharset: "windows-1250" }), "Ä›");
  assertEquals(read("UNICODE UTF-8", { defaultCharset: "windows-1250" }), "ě");
  assertEquals(read("UNICODE UTF-8", { charset: "windows-1250" }), "Ä›");
  assertEquals(read("8859/1", { charset: "8859/1" }), "Ä›");
  assertEquals(read("", { charset: "nobody knows", defaultCharset: "neither" }), "ě");
  // What is added later is written in it.
  const ascii = Hl7Message.parse(withName("", "Doe"), { defaultCharset: "8859/2" });
  assertEquals(ascii.with("PID-6", "Ł").toBytes().at(-2), 0xa3);
});

Deno.test("hl7v2 is told a sender's character set in the gateway file", () => {
  const bound = (charset: { default?: string; always?: string }) => hl7With({ charset });
  const bytes = withName("", "\xc4\x9b"), labelled = withName("UNICODE UTF-8", "\xc4\x9b");
  assertEquals(bound({ default: "windows-1250" }).parse(bytes).get("PID-5"), "Ä›");
  assertEquals(bound({ default: "windows-1250" }).parse(labelled).get("PID-5"), "ě");
  assertEquals(bound({ always: "windows-1250" }).parse(labelled).get("PID-5"), "Ä›");
  assertEquals(bound({ always: "windows-1250" }).parse(labelled, "x; charset=utf-8").get("PID-5"), "Ä›");
  const sender = latin1(header("").replace("|A|", "|\xa3|"));
  assertEquals(bound({ default: "8859/2" }).identify(sender).sender, "Ł|B");
  assertEquals(bound({}).identify(sender).sender, "£|B");
});

Deno.test("hl7v2 follows Japanese escape sequences where any repetition of MSH-18 names a set of them", () => {
  const name = "Yamada^Tarou~\x1b$B;3ED\x1b(B^\x1b$BB@O:O0D|\x1b(J";
  for (
    const label of [
      "ISO IR87",
      "~ISO IR87",
      "ASCII~ISO IR87",
      "ISO IR6~ISO IR87~ISO IR159",
      "ISO IR14~ISO IR87",
    ]
  ) {
    const bytes = withName(label, name), message = Hl7Message.parse(bytes);
    assertEquals(message.get("PID-5[2].1"), "山田", label);
    assertEquals(message.get("PID-6"), "x", label);
    assertEquals(message.toBytes(), bytes, label);
  }
  assertEquals(
    Hl7Message.parse(withName("8859/1~ISO IR87", "\x1b$B;3ED\x1b(B")).get("PID-5"),
    "\x1b$B;3ED\x1b(B",
  );
  const supplement = Hl7Message.parse(withName("~ISO IR87~ISO IR159", "\x1b$(D0!\x1b(B \x1b(I1\x1b(B \xb1"));
  assertEquals(supplement.get("PID-5"), "丂 ｱ ｱ");
  // A message that is still all ASCII gets its first kanji in the set it names.
  assertEquals(
    Hl7Message.parse(withName("~ISO IR87", "Doe")).with("PID-6", "山").toBytes().slice(-9).toHex(),
    "1b24423b331b28420d",
  );
});

Deno.test("hl7v2 finds fields where a second byte looks like a delimiter", () => {
  // 育 is A8 7C in Big5, 怖 95 7C in Shift_JIS: 7C is the field separator.
  for (const [label, name, text] of [["BIG-5", "\xa8\x7c", "育"], ["Shift_JIS", "\x95\x7c", "怖"]]) {
    const message = Hl7Message.parse(withName(label, name));
    assertEquals([message.get("PID-5"), message.get("PID-6")], [text, "x"]);
    assertEquals(message.with("PID-6", "y").toBytes(), latin1(`${header(label)}PID|1||7||${name}|y\r`));
  }
});

Deno.test("hl7v2 finds the label behind a second byte that looks like a separator, in answers too", () => {
  const format = hl7With();
  for (
    const [label, facility, text] of [["BIG-5", "\xa8\x7c\xa8\x7c", "育育"], [
      "ISO IR87",
      "\x1b$BF|\x1b(B",
      "日",
    ]]
  ) {
    const bytes = latin1(`${header(label).replace("|B|", `|${facility}|`)}PID|1\r`),
      message = Hl7Message.parse(bytes);
    assertEquals([message.get("MSH-4"), message.get("MSH-10")], [text, "1"], label);
    assertEquals(
      message.with("MSH-3", "x").toBytes(),
      latin1(`${header(label).replace("|A|B|", `|x|${facility}|`)}PID|1\r`),
    );
    assertEquals([format.identify(bytes).controlId, format.identify(bytes).sender], ["1", `A|${text}`]);
    const answer = Hl7Message.parse(format.answer(bytes, { kind: "accepted" }, { id: "1", atMs: 0 })!.bytes);
    assertEquals([answer.get("MSH-6"), answer.get("MSA-2"), answer.get("MSH-18")], [text, "1", label]);
  }
});

Deno.test("hl7v2 keeps what hexadecimal data says in another character set, and data that is no text", () => {
  const text = "\\X436166E9\\ \\X0d\\ \\X41\\ \\E\\XE9\\ \\XE\\ C:\\X\\F\\";
  const message = Hl7Message.parse(latin1(`${header("8859/1")}PID|\xe9|${text}\r`));
  const written = Hl7Message.parse(message.toBytes({ charset: "UTF-8" }));
  assertEquals(written.get("PID-2"), message.get("PID-2"));
  assertEquals(written.raw("PID-2"), text.replace("436166E9", "436166C3A9"));
  assertEquals(message.with("MSH-18", "UNICODE UTF-8").raw("PID-2"), written.raw("PID-2"));
  assertEquals(failureOf(() => message.toBytes({ charset: "8859/5" })).facts.path, "PID[1]");
  const ascii = Hl7Message.parse(`${header("8859/1")}PID|\\XE9\\\r`);
  assertEquals(Hl7Message.parse(ascii.toBytes({ charset: "UTF-8" })).get("PID-1"), "é");
  assertEquals(ascii.with("MSH-18", "").raw("PID-1"), "\\XC3A9\\");
  const binary = Hl7Message.parse(`${header("UTF-8")}PID|é|\\XFFD8\\\r`);
  assertEquals(Hl7Message.parse(binary.toBytes({ charset: "8859/1" })).raw("PID-2"), "\\XFFD8\\");
});

Deno.test("hl7v2 takes no ESC of a text for the start of an escape sequence it was not", () => {
  const message = Hl7Message.parse(`${header("")}PID|\x1b(B\r`);
  const { code, facts } = failureOf(() => message.toBytes({ charset: "ISO IR87" }));
  assertEquals([code, facts.path], ["HL7V2_CHARACTER_UNENCODABLE", "PID[1]-1[1].1.1"]);
  assertEquals(
    Hl7Message.parse(message.with("PID-1", "\x1b(B").toBytes({ charset: "ISO IR87" })).get("PID-1"),
    "\x1b(B",
  );
});

Deno.test("hl7v2 changes one field and no byte of another, whatever the character set", () => {
  // Each has bytes that a writer would not choose, and one that means nothing.
  const cases = [
    ["ISO IR87", "\x1b$@;3ED\x1b(J^\x1b(I1\x1b(J\xff"],
    ["BIG-5", "\xa2\xcc\xf9\xfe\x80"],
    ["Shift_JIS", "\xed\x40\xfa\x5c\xfd"],
    ["GB 18030-2000", "\xa3\xa0\xff"],
    ["KS X 1001", "\xb1\xe8\x80"],
    ["8859/8", "\xf9\xa1"],
    ["UNICODE UTF-8", "\xc3\xab\xff\xe2\x82"],
  ];
  for (const [label, name] of cases) {
    const bytes = withName(label, name), message = Hl7Message.parse(bytes);
    assertEquals(message.toBytes(), bytes, label);
    const changed = message.with("PID-3", "8").with("PID-9.2", "y").with("ZZ1-1", "z");
    assertEquals(
      changed.toBytes(),
      latin1(`${header(label)}PID|1||8||${name}|x|||^y\rZZ1|z\r`),
      label,
    );
    assertEquals(
      changed.without("PID-5").toBytes(),
      latin1(`${header(label)}PID|1||8|||x|||^y\rZZ1|z\r`),
      label,
    );
    assertEquals(
      message.split("PID")[0].without("PID-6").toBytes(),
      latin1(`${header(label)}PID|1||7||${name}|\r`),
      label,
    );
  }
});

Deno.test("hl7v2 says by path where a character has no room, and never what it is", () => {
  const message = Hl7Message.parse(`${header("UNICODE UTF-8")}PID|1||7||Zoë\rOBX|1\rOBX|2|||a~b^Łódź\r`);
  for (const [charset, path] of [["8859/1", "OBX[2]-4[2].2.1"], ["ASCII", "PID[1]-5[1].1.1"]]) {
    const { code, facts, message: says } = failureOf(() => message.toBytes({ charset }));
    assertEquals([code, facts.path], ["HL7V2_CHARACTER_UNENCODABLE", path]);
    assert(!/[^\x20-\x7e]/.test(says), says);
  }
  assertEquals(failureOf(() => message.with("MSH-18", "8859/1").toBytes()).facts.path, "OBX[2]-4[2].2.1");
  assertEquals(failureOf(() => message.with("PID-7.2", "\ud800")).facts.path, "PID-7.2");
});

Deno.test("hl7v2 names in MSH-18 what it was asked to write, and leaves a label alone that says it already", () => {
  const text = (charset: string, label: string) =>
    Hl7Message.parse(Hl7Message.parse(`${header(label)}PID|||||Doe\r`).toBytes({ charset })).raw("MSH-18");
  assertEquals(text("utf-8", ""), "UNICODE UTF-8");
  assertEquals(text("UTF-8", "utf8"), "utf8");
  assertEquals(text("us-ascii", ""), "ASCII");
  assertEquals(text("latin1", "UNICODE UTF-8"), "8859/1");
  assertEquals(text("cp1252", "~ISO IR87"), "windows-1252");
  assertEquals(text("iso-2022-jp", "ASCII~ISO IR87"), "ISO IR87");
  // A label that lies is put right.
  const lied = Hl7Message.parse(withName("UNICODE UTF-8", "Zo\xeb"));
  assertEquals(
    new TextDecoder().decode(lied.toBytes({ charset: "UTF-8" })),
    `${header("UNICODE UTF-8")}PID|1||7||Zoë|x\r`,
  );
  assertEquals(lied.toBytes(), withName("UNICODE UTF-8", "Zo\xeb"));
});

Deno.test("hl7v2 never passes off a byte without meaning as a character of another set", () => {
  for (
    const [label, name] of [["8859/8", "\xa1"], ["UNICODE UTF-8", "\xc3\xab\xff"], ["BIG-5", "\xa4\x40\x80"]]
  ) {
    const message = Hl7Message.parse(withName(label, name));
    const { code, facts } = failureOf(() => message.toBytes({ charset: "UNICODE UTF-16" }));
    assertEquals([code, facts.path], ["HL7V2_CHARACTER_UNENCODABLE", "PID[1]-5[1].1.1"], label);
  }
});

Deno.test("hl7v2 reads UTF-16 and UTF-32 from files, in both byte orders, with a mark or without", () => {
  const text = `${header("UNICODE UTF-16")}PID|1||7||Пётр 😀|\\XD191\\\\X09\\\r`;
  const encoded = (unitBytes: number, isLittle: boolean, mark: string) => {
    const units = unitBytes === 2 ? (mark + text).split("") : [...mark + text];
    const view = new DataView(new ArrayBuffer(units.length * unitBytes));
    units.forEach((unit, nth) =>
      unitBytes === 2
        ? view.setUint16(nth * 2, unit.charCodeAt(0), isLittle)
        : view.setUint32(nth * 4, unit.codePointAt(0)!, isLittle)
    );
    return new Uint8Array(view.buffer);
  };
  const format = hl7With({});
  for (const unitBytes of [2, 4]) {
    for (const isLittle of [true, false]) {
      for (const mark of ["\uFEFF", ""]) {
        const bytes = encoded(unitBytes, isLittle, mark), message = Hl7Message.parse(bytes);
        assertEquals([message.get("PID-5"), message.get("PID-6")], ["Пётр 😀", "ё\t"]);
        assertEquals(message.toBytes(), bytes);
        assertEquals(Hl7Message.parse(Uint8Array.from([...bytes, 0x0a])).toBytes(), bytes);
        const changed = message.with("PID-6", "山\r");
        assertEquals(Hl7Message.parse(changed.toBytes()).get("PID-6"), "山\r");
        assertEquals(changed.toBytes()[0], bytes[0]);
        assertEquals(format.identify(bytes).controlId, "1");
        const answer = format.answer(bytes, { kind: "accepted" }, { id: "1", atMs: 0 });
        assertEquals(answer!.bytes.slice(0, 4), bytes.slice(0, 4));
        assertEquals(Hl7Message.parse(answer!.bytes).get("MSA-2"), "1");
        assertEquals(
          message.toBytes({ charset: "UTF-8" }),
          new TextEncoder().encode(text.replace("16", "8")),
        );
      }
    }
  }
  for (const bad of ["fffe4d00530048007c00ff", "fffe00004d00000000000011", "fffe00000000d800"]) {
    const bytes = Uint8Array.fromHex(bad);
    assertEquals(codeOf(() => Hl7Message.parse(bytes)), "HL7V2_BYTES_INVALID", bad);
    assertEquals(format.answer(bytes, { kind: "accepted" }, { id: "1", atMs: 0 }), null, bad);
  }
  // A label alone makes no text wide.
  const narrow = Hl7Message.parse(withName("UNICODE UTF-16", "Doe"));
  assertEquals(
    narrow.with("PID-6", "é").toBytes(),
    latin1(`${header("UNICODE UTF-16")}PID|1||7||Doe|\xc3\xa9\r`),
  );
});

Deno.test("hl7v2 offers a setting no label that it cannot read and write", () => {
  const plain = Hl7Message.parse(header(""));
  for (const charset of READABLE_LABELS) {
    assert(Hl7Message.parse(plain.toBytes({ charset })).get("MSH-10") === "1", charset);
  }
  assert(READABLE_LABELS.includes("8859/15") && READABLE_LABELS.includes("windows-1252"));
  const { matches } = (hl7v2.config.charset.fields.default as TextField).pattern!;
  const takes = (label: string) => new RegExp(`^(?:${matches})$`, "u").test(label);
  for (const label of ["8859/15", "UNICODE UTF-8", "UTF-8", "utf-8", "windows-1252", "GB 18030-2000"]) {
    assert(takes(label), label);
  }
  for (const label of ["CNS 11643-1992", "8859/115", "", "utf"]) assert(!takes(label), label);
});
