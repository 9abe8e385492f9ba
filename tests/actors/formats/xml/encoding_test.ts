import { assertEquals } from "@std/assert";
import xml, { XmlBody } from "../../../../actors/formats/xml/mod.ts";
import { bindFormat } from "../../../../runtime/contract/format.ts";
import { codeOf, latin1, utf16, utf8, written } from "./_text.ts";

const LATIN1 = '<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>';
const format = bindFormat(xml, { namespaces: {}, depthMax: 100, attributesMax: 256, bytesMax: 1e6 });
const typeOf = (bytes: Uint8Array, contentType?: string) => format.identify(bytes, contentType).type;

Deno.test("xml writes what is new in the encoding of the document, by reference where it may lack the character", () => {
  const body = XmlBody.parse(latin1(LATIN1)).with("@b", "é€\u{1F600}");
  assertEquals(written(body, "latin1"), LATIN1.replace("<a", '<a b="&#233;&#8364;&#128512;"'));
  assertEquals(XmlBody.parse(body.toBytes()).get("@b"), "é€\u{1F600}");
  const wide = XmlBody.parse(utf16("\uFEFF<a/>", false)).with("/a", "€");
  assertEquals(wide.toBytes(), utf16("\uFEFF<a>€</a>", false));
});

Deno.test("xml refuses a name that the encoding lacks", () => {
  assertEquals(codeOf(() => XmlBody.parse(latin1(LATIN1)).with("@ж", "1")), "XML_NAME_UNWRITABLE");
  assertEquals(
    written(XmlBody.parse(latin1(LATIN1)).with("@é", "1"), "latin1"),
    LATIN1.replace("<a", '<a é="1"'),
  );
});

Deno.test("xml splits into documents of the same encoding", () => {
  const [part] = XmlBody.parse(latin1(LATIN1.replace("<a>", "<b><a>").replace("</a>", "</a></b>"))).split(
    "/b/a",
  );
  assertEquals(written(part, "latin1"), LATIN1.replace("<a>", "\n<a>"));
  const [sent] = XmlBody.parse(latin1("<a>\xe9</a>"), { contentType: "text/xml;charset=latin1" }).split("/a");
  assertEquals(written(sent, "latin1"), '<?xml version="1.0" encoding="WINDOWS-1252"?>\n<a>\xe9</a>');
});

Deno.test("xml keeps the type a document came with where it is one of XML", () => {
  const typed = (contentType?: string) => XmlBody.parse(utf8("<a/>"), { contentType }).contentType;
  assertEquals(typed(), "application/xml");
  assertEquals(typed("Text/XML; charset=utf-8"), "Text/XML; charset=utf-8");
  assertEquals(typed("application/octet-stream"), "application/xml");
  assertEquals(typed("text/plain; charset=latin1"), "application/xml; charset=latin1");
});

Deno.test("xml identifies by the root element, as far as it has to look", () => {
  assertEquals(typeOf(utf8("<?xml version='1.0'?>\n<!-- <b> --><?c <d>?>\n<x:Invoice><")), "Invoice");
  assertEquals(typeOf(latin1("<\xe9/>"), "text/xml; charset=latin1"), "é");
  assertEquals(typeOf(utf16("<Invoice/>", false)), "Invoice");
  const cases = [
    "",
    "a",
    "<",
    "<Invo",
    "<!-- <a/>",
    "<!DOCTYPE a><a/>",
    "<?xml version='1.0' encoding='EBCDIC'?><a/>",
  ];
  for (const text of cases) assertEquals(typeOf(utf8(text)), "", text);
  assertEquals(typeOf(utf8(`<!--${" ".repeat(20_000)}--><a/>`)), "");
});
