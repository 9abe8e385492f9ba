import csv from "../../../actors/formats/csv/mod.ts";
import json from "../../../actors/formats/json/mod.ts";
import text from "../../../actors/formats/text.ts";
import xml from "../../../actors/formats/xml/mod.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { configOf } from "../../world/tools.ts";
import type { Target } from "../target.ts";
import { exerciseFormat } from "./_bodies.ts";

const csvFormats = [
  {},
  { delimiter: "semicolon", header: false, ragged: "allow" } as const,
  { quote: "none" } as const,
]
  .map((given) => bindFormat(csv, configOf(csv.config, given)));

/** Tables. */
export const csvTarget: Target = {
  name: "csv",
  seeds: [
    'A,"Date of birth",C-D\r\n1,"2 ""x""\n",\r\n,,\r\n3,4,5\r\n',
    "A;B\n1;2\n\n3;4",
    "\uFEFFA,B\n1,é\n",
    Uint8Array.of(0xff, 0xfe, 0x41, 0, 0x2c, 0, 0x42, 0, 0x0a, 0, 0x31, 0, 0x2c, 0, 0x32, 0),
  ],
  words: [..."\",;\t|'\r\n\0", "\r\n", '""', '"\n', "\uFEFF", ",,", "é", "A", "1"],
  attempt: (input) => csvFormats.map((format) => exerciseFormat(format, input)),
};

const jsonFormat = bindFormat(json, configOf(json.config, {}));

/** JSON. */
export const jsonTarget: Target = {
  name: "json",
  seeds: [
    '{"id":"1","patient":{"name":["Doe","Ann"],"born":"1970-01-01"},"n":-1.5e+10,"t":true,"f":false,"z":null,"e":{},"a":[]}',
    '[{"a":[1,2,{"b":"\\u00e9\\ud83d\\ude00\\n"}]}, "x"]\n',
    '"text"',
    '{"a":1,"a":2,"__proto__":{"x":1},"":0}',
  ],
  words: [
    ...'{}[]",:\\ \n\t-+.eE0',
    "null",
    "true",
    "\\u0000",
    "\\ud800",
    '"a":',
    "[[",
    "{}",
    "1e999",
    "__proto__",
    "é",
  ],
  attempt: (input) => exerciseFormat(jsonFormat, input),
};

const xmlFormat = bindFormat(xml, configOf(xml.config, {}));

/** XML. */
export const xmlTarget: Target = {
  name: "xml",
  seeds: [
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><a:r xmlns:a="urn:a" id="1"><b c="&lt;&#233;">x<![CDATA[<y>]]></b><b/><?pi x?>é</a:r>',
    "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><id root='1.2'/><title>T &amp; U</title></ClinicalDocument>",
    Uint8Array.from('<?xml version="1.0" encoding="ISO-8859-1"?><r>\xe9</r>', (c) => c.charCodeAt(0)),
    Uint8Array.from([0xfe, 0xff, ...[..."<r>x</r>"].flatMap((c) => [0, c.charCodeAt(0)])]),
  ],
  words: [
    ..."<>/=\"'&;![]?: \n",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml ",
    "?>",
    "<!DOCTYPE",
    "<!ENTITY",
    "&#x",
    "&#0;",
    "&amp;",
    "xmlns=",
    "xmlns:a='u'",
    "xml:space='preserve'",
    "</",
    "/>",
    "<b>",
    "</b>",
    'encoding="utf-16"',
    "\uFEFF",
    "é",
  ],
  attempt: (input) => exerciseFormat(xmlFormat, input),
};

const textFormat = bindFormat(text, { each: "whole" });

/** Text, with the charset of its content type. */
export const textTarget: Target = {
  name: "text",
  seeds: ["plain text é", Uint8Array.of(0xff, 0xfe, 0x41, 0)],
  words: ["é", "\0", "\uFEFF"],
  attempt: (input) =>
    ["text/plain", "text/plain; charset=utf-16le", 'text/plain;charset="iso-8859-1"'].map((type) =>
      exerciseFormat(textFormat, input, type)
    ),
};
