import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { XmlBody } from "../../../../actors/formats/xml/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { codeOf, utf16, utf8 } from "./_text.ts";

const DOCUMENT =
  '\uFEFF<?xml version="1.0" encoding="utf-8"?><!-- c --><?p i?><x:a xmlns:x="X" b="&amp;1"><c/>' +
  "<d>é&#x20;</d><![CDATA[]]]]><e x:f='2' ></e >g</x:a>\n";

/** The code a call fails with; `undefined` where it succeeds. Anything else thrown is a crash. */
function outcomeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    assert(error instanceof MitralError, String(error));
    return error.code;
  }
}

Deno.test("xml cut short at any byte is refused, up to the end of the root element", () => {
  for (const bytes of [utf8(DOCUMENT), utf16(DOCUMENT.replace("utf-8", "utf-16"), true)]) {
    XmlBody.parse(bytes);
    const rest = bytes.length - (bytes[0] === 0xef ? 1 : 2);
    for (let length = 0; length < rest; length++) {
      assert(outcomeOf(() => XmlBody.parse(bytes.subarray(0, length))), `${length} bytes`);
    }
  }
});

Deno.test("xml with any one character in any place is read or refused, and what is read can be listed", () => {
  for (
    const mark of ["<", ">", "&", '"', "'", "/", "!", "?", "-", "]", ":", "=", ";", "#", " ", "\0", "\uFFFE"]
  ) {
    for (let at = 0; at <= DOCUMENT.length; at++) {
      outcomeOf(() => [...XmlBody.parse(DOCUMENT.slice(0, at) + mark + DOCUMENT.slice(at)).leaves()]);
    }
  }
});

Deno.test("xml takes large parts of every kind without nesting calls or trying twice", () => {
  const many = 200_000;
  const values: Readonly<Record<string, string>> = {
    text: "x".repeat(many),
    brackets: "]>".repeat(many),
    references: "&lt;".repeat(many),
    digits: `&#${"0".repeat(many)}65;`,
    comments: "<!---->".repeat(many),
    hyphens: `<!--${"-x".repeat(many)}-->`,
    sections: "<![CDATA[]]>".repeat(many),
    section: `<![CDATA[${"]x".repeat(many)}]]>`,
    instructions: "<?a?>".repeat(many),
    elements: "<a/>".repeat(many),
    attribute: `<a b='${"x\t".repeat(many)}'/>`,
    name: `<${"a".repeat(many)}/>`,
    spaces: `<a${" ".repeat(many)}/>`,
  };
  for (const [kind, content] of Object.entries(values)) {
    const body = XmlBody.parse(`<r>${content}</r>`);
    assert(body.get("/r") !== undefined, kind);
    assertEquals(body.toBytes().length, content.length + 7, kind);
  }
  const refused: Readonly<Record<string, string>> = {
    "<a>": "XML_DEPTH_EXCEEDED",
    "<": "XML_TEXT_INVALID",
    "&": "XML_TEXT_INVALID",
    "<!--": "XML_TEXT_INVALID",
    "<![CDATA[": "XML_TEXT_INVALID",
    "<a b='": "XML_TEXT_INVALID",
    "<a ": "XML_TEXT_INVALID",
    "]]>": "XML_TEXT_INVALID",
  };
  for (const [part, code] of Object.entries(refused)) {
    assertEquals(codeOf(() => XmlBody.parse(`<r>${part.repeat(many)}</r>`)), code, part);
  }
  const attributes = Array.from({ length: many }, (_, at) => `a${at}=''`).join(" ");
  assertEquals(codeOf(() => XmlBody.parse(`<r ${attributes}/>`)), "XML_ATTRIBUTES_EXCEEDED");
});

Deno.test("xml says where the trouble is", () => {
  const error = (() => {
    try {
      XmlBody.parse("<a>\n<b>\r\n</c></a>");
    } catch (error) {
      return error;
    }
  })();
  assert(error instanceof MitralError);
  assertEquals({ line: error.facts.line, offset: error.facts.offset }, { line: 3, offset: 9 });
});

Deno.test("xml holds any text, and stays well-formed whatever is done to it", () => {
  const path = fc.constantFrom(
    "/r",
    "@a",
    "b",
    "b[1]",
    "b[2]",
    "b/c",
    "b[2]/c/@d",
    "e/text()",
    "x:f",
    "@x:g",
    "b/x:h/i",
  );
  const step = fc.tuple(
    fc.constantFrom("with", "without"),
    path,
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const start = '<r xmlns:x="X"><!-- & --><b>1<![CDATA[<]]></b> <b><c/></b><x:f/></r>';
  const holds = { numRuns: 300 };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let body = XmlBody.parse(start);
      for (const [kind, path, value] of steps) {
        outcomeOf(() => {
          body = kind === "with" ? body.with(path, value) : body.without(path);
          if (kind === "with") assertEquals(body.get(path) ?? "", value);
          // The next one takes the place of one that is taken out by its index.
          else if (!path.includes("[")) assertEquals(body.get(path), undefined);
        });
        const again = XmlBody.parse(body.toBytes());
        assertEquals([...again.leaves()], [...body.leaves()]);
        for (const [leaf, held] of body.leaves()) assertEquals(body.get(leaf), held);
      }
    }),
    holds,
  );
});

Deno.test("xml leaves every byte alone that is not in the value", () => {
  const parts = ["<r>\r\n <!-- ] --> <a x='", "1", "' ><![CDATA[ & ]]></a>\t<b >", "2", "</b ><?c?>\r</r>\n"];
  const text = (value: string, at: number) => parts.map((part, each) => each === at ? value : part).join("");
  fc.assert(
    fc.property(
      fc.constantFrom<[string, number]>(["/r/a/@x", 1], ["/r/b", 3]),
      fc.nat(),
      ([path, at], value) => {
        const changed = XmlBody.parse(parts.join("")).with(path, String(value));
        assertEquals(changed.toBytes(), utf8(text(String(value), at)));
      },
    ),
    { numRuns: 100 },
  );
});
