import xml from "../../../../actors/formats/xml/mod.ts";
import { testFormat } from "../../../contract/format_kit.ts";
import { latin1, utf16 } from "./_text.ts";

const INVOICE = `<?xml version='1.0' encoding="utf-8" standalone="yes"?>\r
<!-- Canary -->
<?xml-stylesheet href="a.xsl"?>
<inv:Invoice xmlns:inv="urn:inv" xmlns="urn:d" xmlns:x="urn:x" id = '1&amp;2' x:id="other">
  <Name>Ca&#110;ary &lt;&#x26;&gt;</Name><Empty/><Blank></Blank>
  <inv:Line no="1"><Amount>1.00</Amount></inv:Line>
  <inv:Line no="2"><Amount cur="EUR"><![CDATA[<2>]]><!-- two --> &quot;</Amount></inv:Line >
  <Note>see <b>here</b> and there</Note>
</inv:Invoice>
<!-- end -->
`;

testFormat(xml, {
  config: { namespaces: { i: "urn:inv", d: "urn:d" }, depthMax: 20, attributesMax: 8, bytesMax: 10_000 },
  canary: "Canary",
  // XML has no place for most control characters.
  // deno-lint-ignore no-control-regex
  unwritable: /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/,
  creates: ["Invoice", "i:Invoice", "{urn:x}Invoice"],
  valid: [
    {
      name: "a document with everything in it",
      bytes: INVOICE,
      identity: { controlId: "", type: "Invoice", sender: "", purpose: "message" },
      keys: [],
      values: {
        "/Invoice/Name": "Canary <&>",
        "Name": "Canary <&>",
        "./Name": "Canary <&>",
        "/Invoice/Empty": "",
        "/Invoice/Blank": "",
        "/Invoice/None": undefined,
        "/Other/Name": undefined,
        "/Invoice/@id": "1&2",
        "@x:id": "other",
        "@{urn:x}id": "other",
        "@none": undefined,
        "/Invoice/@inv": undefined,
        "/Invoice/Line/Amount": "1.00",
        "/Invoice/Line[2]/Amount": '<2> "',
        "/Invoice/Line[3]/Amount": undefined,
        "/Invoice/Line/Amount/@cur": "EUR",
        "/inv:Invoice/inv:Line/d:Amount": "1.00",
        "/i:Invoice/i:Line[2]/@no": "2",
        "/{urn:inv}Invoice/{urn:d}Name": "Canary <&>",
        "/i:Invoice/i:Name": undefined,
        "/Invoice/inv:Name": undefined,
        "/Invoice/Note": "see <b>here</b> and there",
        "/Invoice/Note/text()": "see  and there",
        "/Invoice/Note/b": "here",
      },
      writable: [
        "/Invoice/Name",
        "/Invoice/Empty",
        "/Invoice/@id",
        "@x:id",
        "@new",
        "/Invoice/Line[1]/Amount",
        "/Invoice/Line[2]/Amount",
        "/Invoice/Line[2]/Amount/@cur",
        "/Invoice/Line[3]/d:Amount",
        "/Invoice/Note/b",
        "/Invoice/Note/text()",
        "/Invoice/i:Made/Of/{urn:more}Parts/@i:unit",
        "/Invoice/Empty/@x:y",
      ],
      places: {
        "/Invoice": ["/Invoice"],
        ".": ["/Invoice"],
        "/Invoice/Line": ["/Invoice/Line[1]", "/Invoice/Line[2]"],
        "/i:Invoice/i:Line[*]/Amount": ["/Invoice/Line[1]/Amount[1]", "/Invoice/Line[2]/Amount[1]"],
        "Line/Amount/@cur": ["/Invoice/Line[2]/Amount[1]/@cur"],
        "@id": ["/Invoice/@id"],
        "@x:id": ["/Invoice/@x:id"],
        "/Invoice/Note/text()": ["/Invoice/Note[1]/text()"],
        "/Invoice/Line[3]": [],
      },
      splits: {
        "/Invoice/Line": [
          'no="1"><Amount>1.00</Amount></inv:Line>',
          'no="2"><Amount cur="EUR"><![CDATA[<2>]]><!-- two --> &quot;</Amount></inv:Line >',
        ]
          .map((rest) =>
            `<?xml version='1.0' encoding="utf-8" standalone="yes"?>\n` +
            `<inv:Line xmlns:inv="urn:inv" xmlns="urn:d" xmlns:x="urn:x" ${rest}`
          ),
        "/Invoice/None": [],
      },
    },
    { name: "a lone element", bytes: "<Canary/>", values: { "/Canary": "" }, writable: ["/Canary/a", "@b"] },
    {
      name: "a byte order mark",
      bytes: "\uFEFF<a>é</a>",
      values: { "/a": "é" },
      identity: { type: "a" },
      splits: { "/a": ['\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<a>é</a>'] },
    },
    {
      name: "UTF-16, little end first",
      bytes: utf16('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a><b>\u{1F600}</b></a>', true),
      identity: { type: "a" },
      values: { "/a/b": "\u{1F600}" },
      writable: ["/a/b", "/a/@c"],
    },
    {
      name: "UTF-16, big end first",
      bytes: utf16("\uFEFF<é><b/></é>", false),
      identity: { type: "é" },
      values: { "/é/b": "" },
      writable: ["/é/b"],
    },
    { name: "UTF-16 without a mark", bytes: utf16("<a>b</a>", true), values: { "/a": "b" } },
    {
      name: "UTF-8 that says it is UTF-16",
      bytes: '<?xml version="1.0" encoding="utf-16"?><a>é</a>',
      values: { "/a": "é" },
    },
    {
      name: "ISO-8859-1 by declaration",
      bytes: latin1('<?xml version="1.0" encoding="ISO-8859-1"?>\n<ä><b ü="\xa7">\xe9</b></ä>'),
      identity: { type: "ä" },
      values: { "/ä/b": "é", "/ä/b/@ü": "§" },
      writable: ["/ä/b", "/ä/b/@ü", "/ä/c"],
    },
    {
      name: "windows-1252 by content type, whatever it says itself",
      bytes: latin1('<?xml version="1.0" encoding="utf-8"?><a>\x80</a>'),
      contentType: 'text/xml; charset="windows-1252"',
      values: { "/a": "€" },
      writable: ["/a/@b"],
    },
    {
      name: "Shift_JIS",
      bytes: latin1("<?xml version='1.0' encoding='Shift_JIS'?><a>\x83\x65\x83\x58</a>"),
      values: { "/a": "テス" },
      writable: ["/a/@b"],
    },
    { name: "depth up to depthMax", bytes: "<a>".repeat(20) + "</a>".repeat(20) },
    { name: "attributes up to attributesMax", bytes: "<a b='' c='' d='' e='' f='' g='' h='' i=''/>" },
    { name: "version 1.1, read as 1.0", bytes: "<?xml version='1.1'?><a>\x85</a>", values: { "/a": "\x85" } },
    {
      name: "names of JavaScript",
      bytes: "<constructor __proto__='p'><toString>s</toString></constructor>",
      values: {
        "/constructor/@__proto__": "p",
        "/constructor/toString": "s",
        "/constructor/valueOf": undefined,
      },
      writable: ["/constructor/@__proto__", "/constructor/hasOwnProperty"],
    },
  ],
  invalid: [
    { name: "nothing", bytes: "", code: "XML_TEXT_INVALID" },
    { name: "no element", bytes: "<!-- a -->", code: "XML_TEXT_INVALID" },
    { name: "text alone", bytes: "a", code: "XML_TEXT_INVALID" },
    { name: "two roots", bytes: "<a/><a/>", code: "XML_TEXT_INVALID" },
    { name: "text behind the root", bytes: "<a/>b", code: "XML_TEXT_INVALID" },
    {
      name: "white space before the declaration",
      bytes: " <?xml version='1.0'?><a/>",
      code: "XML_TEXT_INVALID",
    },
    {
      name: "a declaration without a version",
      bytes: "<?xml encoding='utf-8'?><a/>",
      code: "XML_TEXT_INVALID",
    },
    { name: "an end tag of another name", bytes: "<a><b></a></b>", code: "XML_TEXT_INVALID" },
    { name: "an end tag of a longer name", bytes: "<a></ab>", code: "XML_TEXT_INVALID" },
    { name: "an element without an end", bytes: "<a>", code: "XML_TEXT_INVALID" },
    { name: "a name that begins with a digit", bytes: "<1/>", code: "XML_TEXT_INVALID" },
    { name: "an attribute without a value", bytes: "<a b/>", code: "XML_TEXT_INVALID" },
    { name: "an attribute without quotes", bytes: "<a b=c/>", code: "XML_TEXT_INVALID" },
    { name: "attributes without a space between", bytes: "<a b='1'c='2'/>", code: "XML_TEXT_INVALID" },
    { name: "an attribute twice", bytes: "<a b='1' b='2'/>", code: "XML_TEXT_INVALID" },
    {
      name: "an attribute twice by namespace",
      bytes: "<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>",
      code: "XML_TEXT_INVALID",
    },
    { name: "a < in an attribute", bytes: "<a b='<'/>", code: "XML_TEXT_INVALID" },
    { name: "a prefix nobody declared", bytes: "<x:a/>", code: "XML_TEXT_INVALID" },
    { name: "an attribute's prefix nobody declared", bytes: "<a x:b=''/>", code: "XML_TEXT_INVALID" },
    { name: "a prefix declared away", bytes: "<a xmlns:x=''/>", code: "XML_TEXT_INVALID" },
    { name: "the prefix xmlns declared", bytes: "<a xmlns:xmlns='u'/>", code: "XML_TEXT_INVALID" },
    { name: "the prefix xml declared as another", bytes: "<a xmlns:xml='u'/>", code: "XML_TEXT_INVALID" },
    { name: "two colons", bytes: "<a xmlns:b='u'><b:c:d/></a>", code: "XML_TEXT_INVALID" },
    { name: "]]> in text", bytes: "<a>]]></a>", code: "XML_TEXT_INVALID" },
    { name: "CDATA without an end", bytes: "<a><![CDATA[</a>", code: "XML_TEXT_INVALID" },
    { name: "CDATA around the root", bytes: "<![CDATA[a]]><a/>", code: "XML_TEXT_INVALID" },
    { name: "two hyphens in a comment", bytes: "<a><!-- -- --></a>", code: "XML_TEXT_INVALID" },
    { name: "a comment without an end", bytes: "<a><!-- </a>", code: "XML_TEXT_INVALID" },
    { name: "an instruction named XML", bytes: "<a><?XML b?></a>", code: "XML_TEXT_INVALID" },
    { name: "an instruction without a name", bytes: "<a><? b?></a>", code: "XML_TEXT_INVALID" },
    { name: "a control character", bytes: "<a>\x01</a>", code: "XML_TEXT_INVALID" },
    { name: "a reference to a control character", bytes: "<a>&#1;</a>", code: "XML_TEXT_INVALID" },
    { name: "a reference to half a character", bytes: "<a>&#xD800;</a>", code: "XML_TEXT_INVALID" },
    { name: "a lone &", bytes: "<a>b & c</a>", code: "XML_TEXT_INVALID" },
    { name: "a DTD", bytes: "<!DOCTYPE a><a/>", code: "XML_DTD_REFUSED" },
    {
      name: "a billion laughs",
      bytes: '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
      code: "XML_DTD_REFUSED",
    },
    {
      name: "a file as an entity",
      bytes: '<!doctype a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      code: "XML_DTD_REFUSED",
    },
    { name: "an entity of HTML", bytes: "<a>&nbsp;</a>", code: "XML_ENTITY_REFUSED" },
    { name: "an entity in an attribute", bytes: "<a b='&Canary;'/>", code: "XML_ENTITY_REFUSED" },
    {
      name: "more depth than depthMax",
      bytes: "<a>".repeat(21) + "</a>".repeat(21),
      code: "XML_DEPTH_EXCEEDED",
    },
    {
      name: "more attributes than attributesMax",
      bytes: "<a b='' c='' d='' e='' f='' g='' h='' i='' j=''/>",
      code: "XML_ATTRIBUTES_EXCEEDED",
    },
    { name: "more than bytesMax", bytes: `<a>${" ".repeat(10_000)}</a>`, code: "XML_SIZE_EXCEEDED" },
    { name: "bytes that are no UTF-8", bytes: latin1("<a>\xe9</a>"), code: "XML_BYTES_INVALID" },
    {
      name: "half a UTF-16 character",
      bytes: utf16("\uFEFF<a/>", true).slice(0, -1),
      code: "XML_BYTES_INVALID",
    },
    {
      name: "an encoding nobody knows",
      bytes: '<?xml version="1.0" encoding="EBCDIC"?><a/>',
      code: "XML_ENCODING_UNKNOWN",
    },
    {
      name: "an encoding that writes one text in two ways",
      bytes: latin1('<?xml version="1.0" encoding="ISO-2022-JP"?><a>\x1b$B\x24\x22\x1b(B</a>'),
      code: "XML_BYTES_INVALID",
    },
  ],
});
