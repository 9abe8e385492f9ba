import { assertEquals, assertThrows } from "@std/assert";
import { readXml, XmlError, xmlValue } from "../../../adapters/_kit/xml/read_xml.ts";

Deno.test("a value of XML is found by names and attributes, whatever their prefixes", () => {
  const root = readXml(
    `<?xml version='1.0'?>\n<!-- made up -->\n<p:Fax xmlns:p="urn:x" p:id='a&quot;1'><p:From> +1 <i>no</i>2</p:From>` +
      "<From>later</From><Empty/><Raw><![CDATA[<&>]]></Raw></p:Fax>\n",
  );
  const paths = [
    "/Fax/@id",
    "/Fax/From",
    "/Fax/Empty",
    "/Fax/Raw",
    "/Fax/From/i",
    "/Fax/None",
    "/Other/From",
    "/Fax/None/@x",
  ];
  assertEquals(paths.map((path) => xmlValue(root, path)), [
    'a"1',
    "+1 2",
    "",
    "<&>",
    "no",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("what is no XML is refused, and so is what could mean more than it says", () => {
  for (
    const text of [
      "",
      "text",
      "<a>",
      "<a></b>",
      "</a>",
      "<a/><b/>",
      "<a/>text",
      "<a b></a>",
      "<a b=c/>",
      "<a>&none;</a>",
      "<a>&#x110000;</a>",
      "<a><!-- </a>",
      "<a><![CDATA[</a>",
      '<!DOCTYPE a [<!ENTITY b "bbbb">]><a/>',
      "<a>".repeat(65) + "</a>".repeat(65),
      `<a>${"<b/>".repeat(10_000)}</a>`,
    ]
  ) assertThrows(() => readXml(text), XmlError);
});
