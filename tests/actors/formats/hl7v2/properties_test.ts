import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { READABLE_LABELS } from "../../../../actors/formats/hl7v2/charsets/charset.ts";
import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const LABELS = ["", "nobody knows", "~ISO IR87", "ASCII~ISO IR87~ISO IR159", "utf8", ...READABLE_LABELS];

const delimiters = fc.oneof(
  fc.constantFrom("|^~\\&", "|^~\\&#", "|^~\\", "$%~\\&"),
  fc.shuffledSubarray([..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"], { minLength: 4, maxLength: 6 })
    .map((characters) => characters.join("")).filter((all) => all.slice(1) !== "^~&"),
);
const label = fc.constantFrom(...LABELS);

/** MSH with a label in MSH-18, whatever the delimiters; CR is not behind it. */
function header([field, ...encoding]: string, label: string): string {
  return ["MSH", encoding.join(""), ..."A|B|C|D|2026||ADT^A01|1|P|2.5|||||".split("|"), label].join(field);
}

/** What stands in segments in one charset or another: pieces of it, and any bytes but CR. */
const content = fc.array(
  fc.oneof(
    fc.string({ maxLength: 6 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
    fc.constantFrom(
      "|",
      "^",
      "~",
      "\\",
      "&",
      "\\F\\",
      "\\X41\\",
      '""',
      "\n",
      "\0",
      "\x0b",
      "\x1c",
      "\x1a",
      " ",
    ),
    fc.constantFrom("\x1b$B;3ED\x1b(B", "\x1b(I1\x1b(J", "\x1b$(D0!\x1b(B", "\x1b$B", "\x1b"),
    fc.constantFrom(
      "\xc3\xab",
      "\xe5\xb1\xb1",
      "\xf0\x9f\x98\x80",
      "\xef\xbb\xbf",
      "\xed\xa0\x80",
      "\xa4\x7c",
    ),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => String.fromCharCode(...bytes).replaceAll("\r", "")),
  ),
  { maxLength: 6 },
).map((pieces) => pieces.join(""));
const id = fc.string({ minLength: 3, maxLength: 3, unit: fc.constantFrom(..."ABPIDOXZ019") });
const segments = fc.array(fc.tuple(id, content), { maxLength: 6 });

/** FS with nothing behind it but a CR, and what files are filled up with, is the end of a frame. */
function withoutFrameEnd(text: string): string {
  let from = text.length - 1;
  for (let at = from - 1; "\x1c\n\0\x1a".includes(text[at]); at--) if (text[at] === "\x1c") from = at;
  return `${text.slice(0, from)}\r`;
}

Deno.test("hl7v2 gives back the bytes of any message whose segments each end in CR", () => {
  fc.assert(
    fc.property(delimiters, label, segments, (delimiters, label, segments) => {
      const all = [header(delimiters, label), ...segments.map(([id, text]) => id + delimiters[0] + text)];
      const bytes = latin1(withoutFrameEnd(all.map((segment) => `${segment}\r`).join("")));
      const message = Hl7Message.parse(bytes);
      assertEquals(message.toBytes().toHex(), bytes.toHex());
      assertEquals(message.segments.length, all.length);
      // The same when every segment has been taken out of the whole, and one of them changed and changed back.
      const edited = message.with("ZQ7-1", "x").without("ZQ7");
      assertEquals(edited.toBytes().toHex(), bytes.toHex());
      const name = message.get("MSH-3")!;
      assertEquals(message.with("MSH-3", "x").with("MSH-3", name).toBytes().toHex(), bytes.toHex());
      assertEquals(Hl7Message.parse(bytes).split("MSH").map((one) => one.toBytes().toHex()), [bytes.toHex()]);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("hl7v2 reads the same message in whatever it lies", () => {
  const around = fc.array(fc.constantFrom("\r", "\n", "\x0b", "\xef\xbb\xbf", " ", "\t", "\0"), {
    maxLength: 4,
  });
  const behind = fc.array(fc.constantFrom("\r", "\n", "\x1c\r", "\0", "\x1a"), { maxLength: 4 });
  const end = fc.constantFrom("\r", "\r\n", "\n", "\r\r", "\r \r", "\r\x1c\r");
  const plain = content.map((text) =>
    [..."\n\0\x1a\x1c"].reduce((left, one) => left.replaceAll(one, ""), text)
  );
  fc.assert(
    fc.property(
      around,
      behind,
      end,
      fc.array(fc.tuple(id, plain), { maxLength: 4 }),
      (around, behind, end, rest) => {
        const all = [header("|^~\\&", "8859/15"), ...rest.map(([id, text]) => `${id}|${text}`)];
        const lying = latin1(around.join("") + all.join(end) + end + behind.join(""));
        assertEquals(Hl7Message.parse(lying).toBytes(), latin1(all.join("\r") + "\r"));
      },
    ),
    // Three NULs and an M begin no UTF-32 by themselves.
    { numRuns: 1_000, examples: [[["\0", "\0", "\0"], [], "\r", []]] },
  );
});

const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: "binary" }),
  fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.constantFrom(...'|^~\\&#"XFSTREPHNZCM.br+30419Aé山€\r\n\0\x1b\ud800\udc85'),
  }),
);

Deno.test("hl7v2 hands back what was set, or has no room for it and says so", () => {
  const path = fc.constantFrom("PID-5", "PID-5.2", "PID-5[3].4", "ZZ1-1", "MSH-3", "PID-9.2.3");
  fc.assert(
    fc.property(delimiters, label, path, value, (delimiters, label, path, value) => {
      const message = Hl7Message.parse(header(delimiters, label) + "\rPID" + delimiters[0].repeat(4) + "a\r");
      let changed: Hl7Message;
      try {
        changed = message.with(path, value);
      } catch (error) {
        assert(error instanceof MitralError, String(error));
        if (error.code === "HL7V2_DELIMITER_MISSING") {
          return assertEquals([delimiters.length, path], [4, "PID-9.2.3"]);
        }
        assertEquals(error.code, "HL7V2_CHARACTER_UNENCODABLE");
        return assert(/[^\0-\x7f]/.test(value), "ASCII fits everywhere");
      }
      assertEquals(changed.get(path), value);
      // One that lies about its character set may read otherwise what it did not write.
      assertEquals(Hl7Message.parse(changed.toBytes()).get(path), value, "after writing and reading");
      assertEquals(changed.without(path).get(path), undefined);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("hl7v2 says the same in another character set, or has no room for it and says where", () => {
  const text = fc.string({
    minLength: 1,
    maxLength: 6,
    unit: fc.constantFrom(..."aéßŁżŃпёλשمｱ山田김张€😀丂&^|"),
  });
  fc.assert(
    fc.property(
      text,
      text,
      fc.constantFrom(...READABLE_LABELS),
      fc.constantFrom(...READABLE_LABELS),
      (a, b, first, second) => {
        let message = Hl7Message.parse(header("|^~\\&", "") + "\r").with("PID-5.2", a).with("ZZ1-1[2]", b);
        try {
          for (const charset of [first, second, "UTF-8"]) {
            message = Hl7Message.parse(message.toBytes({ charset }));
            assertEquals([message.get("PID-5.2"), message.get("ZZ1-1[2]")], [a, b], charset);
          }
        } catch (error) {
          assert(error instanceof MitralError && error.code === "HL7V2_CHARACTER_UNENCODABLE", String(error));
          const place = String(error.facts.path), value = message.get(place)!;
          assert(["PID[1]-5[1].2.1", "ZZ1[1]-1[2].1.1"].includes(place), place);
          assert(/[^\0-\x7f]/.test(value));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
