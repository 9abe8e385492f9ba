import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formattedText, Hl7Message } from "../../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { casesOf, corpusTest } from "../_corpus.ts";

const html = (encoded: string) => formattedText(encoded).toHtml();
const text = (encoded: string) => formattedText(encoded).toText();

corpusTest("formatted text passes ft_html", () => {
  for (const { id, ft, html: expected } of casesOf<{ id: string; ft: string; html: string }>("ft_html")) {
    assertEquals(html(ft), expected, id);
  }
});

Deno.test("formatted text carries commands out with a space, a sign, both or neither", () => {
  for (const sp of ["\\.sp2\\", "\\.sp 2\\", "\\.sp+2\\", "\\.sp +2\\"]) {
    assertEquals(text(`ab${sp}c`), "ab\n\n  c");
    assertEquals(html(`ab${sp}c`), "ab<br><br>&nbsp;&nbsp;c");
  }
  for (const sk of ["\\.sk2\\", "\\.sk 2\\"]) {
    assertEquals([text(`a${sk}b`), html(`a${sk}b`)], ["a  b", "a&nbsp;&nbsp;b"]);
  }
  assertEquals(text("\\.in3\\a\\.br\\b\\.br\\\\.ti-2\\c\\.br\\d"), "   a\n   b\n c\n   d");
});

Deno.test("a margin set within a line counts from the next line on", () => {
  assertEquals(text("a\\.in2\\b\\.br\\c\\.br\\\\.in0\\d"), "ab\n  c\nd");
});

Deno.test("an empty line beside an indented one stays a line", () => {
  assertEquals(text("a\\.br\\\\.br\\\\.in2\\b"), "a\n\n  b");
  assertEquals(html("a\\.br\\\\.br\\\\.in2\\b"), 'a<br><br><div style="margin-left: 2em;">b</div>');
});

Deno.test("a title is centred without an empty line before it", () => {
  assertEquals(html("\\.ce\\Title\\.br\\text"), "<center>Title</center><br>text");
  assertEquals(text("\\.ce\\Title\\.br\\text"), "Title\ntext");
});

Deno.test("highlighting and no-wrap last over lines, and end where they are nested", () => {
  assertEquals(html("\\H\\a\\.br\\b\\N\\c"), "<b>a<br>b</b>c");
  assertEquals(html("\\nf\\"), "\\nf\\");
  assertEquals(html("\\.nf\\a\\.br\\b\\.fi\\c"), "<nobr>a<br>b</nobr>c");
  assertEquals(html("\\H\\a\\.nf\\b\\N\\c"), "<b>a<nobr>b</nobr></b><nobr>c</nobr>");
  assertEquals(
    html("\\H\\a\\.in2\\\\.br\\b\\.br\\c"),
    '<b>a</b><div style="margin-left: 2em;"><b>b</b></div><div style="margin-left: 2em;"><b>c</b></div>',
  );
});

Deno.test("line ends sent as bytes are lines", () => {
  assertEquals(text("a\\X0D0A\\b\\X0D\\\\X0A\\c\\X0A\\d"), "a\nb\nc\nd");
});

Deno.test("what cannot be shown stands there as it was sent", () => {
  for (const sequence of ["\\Z99\\", "\\C2842\\", "\\M2442\\", "\\XFF\\", "\\unknown\\", "\\"]) {
    assertEquals(text(`a${sequence}b`), `a${sequence}b`);
    assertEquals(html(`a${sequence}b`), `a${sequence}b`);
  }
});

Deno.test("an escaped escape character makes no command", () => {
  assertEquals(text("\\E\\.br\\E\\"), "\\.br\\");
  assertEquals(text("\\X48656C6C6F\\ \\F\\\\S\\\\T\\\\R\\"), "Hello |^&~");
});

Deno.test("columns of a table survive HTML", () => {
  assertEquals(html(" Na   140\tmmol"), "&nbsp;Na &nbsp;&nbsp;140 mmol");
  assertEquals(html("a \\H\\ b"), "a <b>&nbsp;b</b>");
});

Deno.test("characters HTML has no place for are replaced", () => {
  assertEquals(html('"\x00\x85\ud800 😀é'), "&quot;&#65533;&#65533;&#65533; &#128512;&#233;");
});

Deno.test("formatted text of a message knows its delimiters, and takes repetitions for lines", () => {
  const message = Hl7Message.parse(
    "MSH$%*!@$LAB$$$$$$ORU%R01$1$P$2.5$$$$$$8859/1\r" +
      "OBX$1$TX$1$$a!.br!b & c%d*!H!e!N!*!XE9!\rNTE$1$$\rNTE$2$$one*two",
  );
  assertEquals(message.formattedText("OBX-5")?.toText(), "a\nb & c%d\ne\né");
  assertEquals(message.formattedText("OBX-5")?.toHtml(), "a<br>b &amp; c%d<br><b>e</b><br>&#233;");
  assertEquals(message.formattedText("OBX-5[2]")?.toText(), "e");
  assertEquals(message.formattedText("OBX-5[1].2")?.toText(), "d");
  assertEquals(message.formattedText("NTE[2]-3")?.toText(), "one\ntwo");
  assertEquals([message.formattedText("NTE-3"), message.formattedText("ZZZ-1")], [undefined, undefined]);
  for (const path of ["OBX", "OBX[*]-5", "MSH-2"]) {
    const { code } = assertThrows(() => message.formattedText(path), MitralError);
    assertEquals(code, "HL7V2_PATH_INVALID");
  }
});

Deno.test("get hands markup out as it stands, also with a space before the number", () => {
  const message = Hl7Message.parse("MSH|^~\\&|LAB\rNTE|1||a\\.sp 2\\b\\.br\\c");
  assertEquals(message.get("NTE-3"), "a\\.sp 2\\b\\.br\\c");
  assertEquals(message.with("NTE-3", message.get("NTE-3")!).toBytes(), message.toBytes());
});

const sequences = [
  "\\.br\\",
  "\\.sp3\\",
  "\\.in+4\\",
  "\\.ti-2\\",
  "\\.ce\\",
  "\\.nf\\",
  "\\.fi\\",
  "\\H\\",
  "\\N\\",
  "\\.sk 7\\",
  "\\X3C\\",
  "\\E\\",
  "\\T\\",
];
const anyText = fc.array(
  fc.oneof(
    fc.constantFrom(...sequences),
    fc.string({ unit: "binary" }),
    fc.constantFrom("<script>", "&lt;", '"', "\\"),
  ),
  { maxLength: 30 },
).map((parts) => parts.join(""));

Deno.test("nothing of any text becomes markup, and every tag that is opened is closed", () => {
  fc.assert(fc.property(anyText, (encoded) => {
    const written = html(encoded);
    assertMatch(written, /^[ -~]*$/);
    const open: string[] = [];
    const rest = written.replace(
      /<(?:br|(\/)?(b|nobr|center|div)(?: style="margin-left: \d{1,2}em;")?)>/g,
      (_, closes, tag) => {
        if (tag !== undefined) closes ? assertEquals(open.pop(), tag) : open.push(tag);
        return "";
      },
    );
    assertEquals(open, []);
    assert(!/[<>"]|&(?!amp;|lt;|gt;|quot;|nbsp;|#\d+;)/.test(rest), rest);
  }));
});

Deno.test("no text makes a page of more than a hundred times its size", () => {
  for (
    const unit of [
      "\\.sp999999999\\",
      "\\.sk99999\\x",
      `${"x".repeat(50)}\\.sp1\\y`,
      "\\.in99\\\\H\\\\H\\x\\.br\\",
      "\\.nf\\\\H\\\\.fi\\",
    ]
  ) {
    const encoded = unit.repeat(2000);
    assert(html(encoded).length <= 100 * encoded.length);
    assert(text(encoded).length <= 100 * encoded.length);
  }
});
