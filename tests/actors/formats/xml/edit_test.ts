import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { XmlBody, type XmlOptions } from "../../../../actors/formats/xml/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { codeOf, written } from "./_text.ts";

const parse = (text: string, options?: XmlOptions) => XmlBody.parse(text, options);
const after = (text: string, path: string, value: string, options?: XmlOptions) =>
  written(parse(text, options).with(path, value));
const rid = (text: string, path: string) => written(parse(text).without(path));

Deno.test("xml changes the one value and nothing around it", () => {
  const text =
    "<?xml version='1.0'?>\r\n<a  b = 'x' >\r\n  <c>&#49;</c><!-- d --><e/><e>&gt;</e>\r\n</a >\r\n<?f?>";
  assertEquals(after(text, "/a/c", "2"), text.replace("&#49;", "2"));
  assertEquals(after(text, "/a/@b", `"'`), text.replace("'x'", "'&quot;&apos;'"));
  assertEquals(after(text, "/a/e", "<&>"), text.replace("<e/>", "<e>&lt;&amp;&gt;</e>"));
  assertEquals(after(text, "/a/e[2]", ""), text.replace("<e>&gt;</e>", "<e></e>"));
  assertEquals(after(text, "/a/e[1]", ""), text);
});

Deno.test("xml keeps line ends and tabs in what is written", () => {
  const value = " \t\r\n\n\r ";
  assertEquals(after("<a/>", "/a", value), "<a> \t&#13;\n\n&#13; </a>");
  assertEquals(after("<a/>", "/a/@b", value), '<a b=" &#9;&#13;&#10;&#10;&#13; "/>');
  assertEquals(parse(after("<a/>", "/a/@b", value)).get("/a/@b"), value);
  assertEquals(parse("<a b='\t1\r\n2'>\r1\r\n2</a>").get("@b"), " 1 2");
  assertEquals(parse("<a b='\t1\r\n2'>\r1\r\n2</a>").get("."), "\n1\n2");
});

Deno.test("xml keeps comments and instructions within the text it replaces", () => {
  assertEquals(after("<a>1<!-- < -->2<![CDATA[<3>]]><?b c?></a>", "/a", "4"), "<a>4<!-- < --><?b c?></a>");
  assertEquals(after("<a>1<b/>2<!-- c --></a>", "/a/text()", "3"), "<a>3<b/><!-- c --></a>");
  assertEquals(after("<a>1<b/>2<!-- c --></a>", "/a", "3"), "<a>3</a>");
});

Deno.test("xml makes what is missing behind the last of its name, or last in its parent", () => {
  const text = "<a>\n  <b>1</b>\n  <c/>\n</a>";
  assertEquals(after(text, "/a/b[2]", "2"), "<a>\n  <b>1</b><b>2</b>\n  <c/>\n</a>");
  assertEquals(after(text, "/a/d", "2"), "<a>\n  <b>1</b>\n  <c/><d>2</d>\n</a>");
  assertEquals(after(text, "d/e[1]/@f", "2"), '<a>\n  <b>1</b>\n  <c/><d><e f="2"/></d>\n</a>');
  assertEquals(after(text, "c/d", "2"), "<a>\n  <b>1</b>\n  <c><d>2</d></c>\n</a>");
  assertEquals(after(text, "c/text()", "2"), "<a>\n  <b>1</b>\n  <c>2</c>\n</a>");
  assertEquals(after(text, "d", ""), "<a>\n  <b>1</b>\n  <c/><d/>\n</a>");
  assertEquals(after("<a>see <b/> there</a>", "c", "2"), "<a>see <b/> there<c>2</c></a>");
  assertEquals(after("<a b='' ><!-- c --></a>", "@d", "2"), "<a b='' d=\"2\" ><!-- c --></a>");
});

Deno.test("xml writes where it reads", () => {
  const text = "<a><b/><b><c>1</c></b></a>";
  assertEquals(parse(text).get("/a/b/c"), "1");
  assertEquals(after(text, "/a/b/c", "2"), "<a><b/><b><c>2</c></b></a>");
  assertEquals(after(text, "/a/b[1]/c", "2"), "<a><b><c>2</c></b><b><c>1</c></b></a>");
});

Deno.test("xml names new elements like their kind, or like their parent", () => {
  const text = '<p:a xmlns:p="P" xmlns="D"><b/><x:c xmlns:x="X"/></p:a>';
  assertEquals(after(text, "/a/d/e", "1"), text.replace("</p:a>", "<p:d><p:e>1</p:e></p:d></p:a>"));
  assertEquals(after(text, "/a/b[2]", "1"), text.replace("<b/>", "<b/><b>1</b>"));
  assertEquals(after(text, "/a/b/d", "1"), text.replace("<b/>", "<b><d>1</d></b>"));
  const second = '<x:c xmlns:x="X"/><x:c xmlns:x="X">1</x:c></p:a>';
  assertEquals(after(text, "/a/c[2]", "1"), text.replace('<x:c xmlns:x="X"/></p:a>', second));
});

Deno.test("xml writes a prefix as its namespace is written there, and declares it where it is not", () => {
  const namespaces = { p: "P", d: "D", n: "N" };
  const text = '<q:a xmlns:q="P" xmlns="D"/>';
  const made = (path: string) => after(text, path, "1", { namespaces });
  const inside = (content: string) => `<q:a xmlns:q="P" xmlns="D">${content}</q:a>`;
  assertEquals(made("/p:a/p:b"), inside("<q:b>1</q:b>"));
  assertEquals(made("/q:a/q:b"), inside("<q:b>1</q:b>"));
  assertEquals(made("d:b/p:c"), inside("<b><q:c>1</q:c></b>"));
  assertEquals(made("n:b/n:c/@n:e"), inside('<n:b xmlns:n="N"><n:c n:e="1"/></n:b>'));
  assertEquals(made("{E}b/c"), inside('<b xmlns="E"><c>1</c></b>'));
  assertEquals(made("@n:b"), '<q:a xmlns:q="P" xmlns="D" xmlns:n="N" n:b="1"/>');
  assertEquals(made("@p:b"), '<q:a xmlns:q="P" xmlns="D" q:b="1"/>');
  assertEquals(made("@xml:lang"), '<q:a xmlns:q="P" xmlns="D" xml:lang="1"/>');
  assertEquals(made("@d:b"), '<q:a xmlns:q="P" xmlns="D" xmlns:d="D" d:b="1"/>');
  for (const path of ["x:b", "b/@x:c", "@{E}b"]) {
    assertEquals(codeOf(() => made(path)), "XML_PREFIX_UNKNOWN", path);
  }
  assertEquals(
    codeOf(() => after('<n:a xmlns:n="other"/>', "@n:b", "1", { namespaces })),
    "XML_PREFIX_UNKNOWN",
  );
});

Deno.test("xml takes out all a path means", () => {
  const text = "<a b='1' c='2'>\n  <d/>\n  <e>3</e>\n  <d>4</d>\n</a>";
  assertEquals(rid(text, "/a/d"), "<a b='1' c='2'>\n  \n  <e>3</e>\n  \n</a>");
  assertEquals(rid(text, "/a/d[2]"), "<a b='1' c='2'>\n  <d/>\n  <e>3</e>\n  \n</a>");
  assertEquals(rid(text, "/a/@b"), "<a c='2'>\n  <d/>\n  <e>3</e>\n  <d>4</d>\n</a>");
  assertEquals(rid(text, "/a/f"), text);
  assertEquals(rid("<a><b c='1'/><b c='2'/></a>", "/a/b[*]/@c"), "<a><b/><b/></a>");
  assertEquals(rid("<a>1<b/>2<!-- 3 --></a>", "/a/text()"), "<a><b/><!-- 3 --></a>");
  assertEquals(codeOf(() => rid(text, "/a")), "XML_ROOT_FIXED");
});

Deno.test("xml says why a place cannot be written", () => {
  const body = parse("<a><b>text</b><c/></a>");
  assertEquals(codeOf(() => body.with("/a/b/d", "1")), "XML_PATH_BLOCKED");
  assertEquals(codeOf(() => body.with("/a/c[3]", "1")), "XML_INDEX_MISSING");
  assertEquals(codeOf(() => body.with("/a/d/e[2]", "1")), "XML_INDEX_MISSING");
  assertEquals(codeOf(() => body.with("/b/a", "1")), "XML_ROOT_FIXED");
  assertEquals(codeOf(() => body.with("/a[2]", "1")), "XML_ROOT_FIXED");
  assertEquals(codeOf(() => body.with("/a/c[*]", "1")), "XML_PATH_INVALID");
  for (const value of ["\0", "\x1b", "\uFFFE", "\uD800"]) {
    assertEquals(codeOf(() => body.with("/a/c", value)), "XML_VALUE_INVALID");
  }
  assertEquals(codeOf(() => parse("<a/>", { depthMax: 2 }).with("b/c", "1")), "XML_DEPTH_EXCEEDED");
});

Deno.test("xml refuses what is no path", () => {
  const body = parse("<a/>");
  const none = [
    "",
    "/",
    "//a",
    "/a/",
    "/@b",
    "/a//b",
    "a[0]",
    "a[-1]",
    "a[b]",
    "a[1",
    "a b",
    "@b/c",
    "@b[1]",
  ];
  for (
    const path of [...none, "/a/text()/b", "/text()", "a/.", "..", "*", "@xmlns", "@xmlns:b", "b:c:d", "{}a"]
  ) {
    assertEquals(codeOf(() => body.get(path)), "XML_PATH_INVALID", path);
  }
});

Deno.test("xml resolves paths at a place", () => {
  const body = parse("<a/>");
  assertEquals(body.resolve("Amount", "/a/b[2]"), "/a/b[2]/Amount");
  assertEquals(body.resolve("./Amount", "/a/b[2]"), "/a/b[2]/Amount");
  assertEquals(body.resolve("@id", "/a/b[2]"), "/a/b[2]/@id");
  assertEquals(body.resolve("text()", "/a/b[2]"), "/a/b[2]/text()");
  assertEquals(body.resolve(".", "/a/b[2]"), "/a/b[2]");
  assertEquals(body.resolve("/a/c", "/a/b[2]"), "/a/c");
  assertEquals(codeOf(() => body.resolve("../c", "/a/b[2]")), "XML_PATH_INVALID");
});

Deno.test("xml reads all a path can mean", () => {
  const body = parse("<a><b i='1'><c>1</c><c/></b><b><c>3</c></b><d/></a>");
  assertEquals(body.getAll("/a/b/c"), ["1", "", "3"]);
  assertEquals(body.getAll("/a/b[*]/c[1]"), ["1", "3"]);
  assertEquals(body.getAll("b/@i"), ["1"]);
  assertEquals(body.getAll("/a/e"), []);
});

Deno.test("xml lists every leaf by its exact path", () => {
  const body = parse('<x:a xmlns:x="X" x:b="1" b="2"><c/>3<x:c>4</x:c><d>\n<c>5</c>\n</d></x:a>', {
    namespaces: { x: "other" },
  });
  assertEquals([...body.leaves()], [
    ["/a/@{X}b", "1"],
    ["/a/@b", "2"],
    ["/a/text()", "3"],
    ["/a/c[1]", ""],
    ["/a/c[2]", "4"],
    ["/a/d[1]/c[1]", "5"],
  ]);
});

Deno.test("xml splits with the namespaces that hold, and no more", () => {
  const body = parse(
    '<a xmlns="A" xmlns:p="P"><b xmlns="" xmlns:q="Q"><c xmlns:p="R"><p:d/><e/></c></b></a>',
  );
  const [part] = body.split("/a/b/c");
  assertEquals(
    written(part),
    '<?xml version="1.0" encoding="UTF-8"?>\n<c xmlns:q="Q" xmlns:p="R"><p:d/><e/></c>',
  );
  assertEquals(body.split("/a/b/d"), []);
  assertEquals(codeOf(() => body.split("/a/@b")), "XML_PATH_INVALID");
  assertEquals(codeOf(() => body.get("/a".repeat(1001))), "XML_PATH_INVALID");
});

Deno.test("xml creates a root element", () => {
  const namespaces = { cbc: "urn:cbc" };
  const made = (root: string) => written(XmlBody.create(root, { namespaces }));
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  assertEquals(made("Invoice"), `${head}<Invoice/>`);
  assertEquals(made("cbc:Invoice"), `${head}<cbc:Invoice xmlns:cbc="urn:cbc"/>`);
  assertEquals(made('{urn:"x"}Invoice'), `${head}<Invoice xmlns="urn:&quot;x&quot;"/>`);
  assertEquals(codeOf(() => made("x:Invoice")), "XML_PREFIX_UNKNOWN");
  for (const root of ["", "1", "a b", "<a", "a/b", "@a", ":a", "\uD800"]) {
    assertEquals(codeOf(() => made(root)), "XML_NAME_INVALID", root);
  }
});

Deno.test("xml knows where everything is after any number of changes", () => {
  const text =
    "<n:a xmlns:n='urn:n' b='1'><c></c><c>2</c><d e='' f='x'><g/>t<g> </g></d><h><!-- i -->3</h></n:a>";
  const all = [
    "@b c c[2] c[3] d/@e d/@f d/@k d/g d/g[2] d/text() h h/text() l/m",
    "d/g/o d/g[3] l/m[2] l/m/@q l/p/q/r h/s {urn:t}u/v w/{urn:t}x c/y",
  ].flatMap((some) => some.split(" "));
  const paths = fc.constantFrom(...all);
  const value = fc.oneof(fc.constantFrom("", "1", "<&>\"'"), fc.string({ unit: "grapheme" }).map(plain));
  const change = fc.record({ path: paths, value: fc.option(value, { nil: undefined }) });
  fc.assert(fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
    let body = parse(text);
    for (const { path, value } of changes) {
      try {
        body = value === undefined ? body.without(path) : body.with(path, value);
      } catch (cause) {
        // There is text in the way, or one that would come before is missing.
        assert(cause instanceof MitralError && /_(BLOCKED|MISSING|UNKNOWN)$/.test(cause.code), String(cause));
        continue;
      }
      const again = XmlBody.parse(body.toBytes());
      assertEquals([...body.leaves()], [...again.leaves()]);
      assertEquals(body.places(path), again.places(path));
      for (const each of all) assertEquals(body.getAll(each), again.getAll(each), each);
      if (value) assertEquals(body.get(path), value);
    }
  }));
});

/** Text without what XML has no place for. */
function plain(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
}
