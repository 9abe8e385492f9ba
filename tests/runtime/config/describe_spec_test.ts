import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asField, list, map, record, text } from "../../../runtime/contract/spec.ts";
import { loadCatalog } from "../../../runtime/config/catalog_specs.ts";
import { componentMarkdown, gatewayMarkdown } from "../../../runtime/config/describe_markdown.ts";
import { exampleOf, fieldRows, helpText, settingRows } from "../../../runtime/config/describe_spec.ts";
import { catalog, mllpListener, mllpSender, problemsOf, SMALLEST } from "./_fixtures.ts";

Deno.test("config: the settings of a component are rows, those inside others included", () => {
  assertEquals(
    settingRows(mllpListener).map(({ name, takes, otherwise }) => `${name} | ${takes} | ${otherwise}`),
    [
      "port | a whole number, 0 to 65535 | needed",
      "host | text | 0.0.0.0",
      "frameBytesMax | a size, 1 B to 1 GB | 1 MiB",
      "idleMsMax | a time, 1 ms or more | 1 min",
      "keepAlive | true or false | true",
      "tls | settings | optional",
      "tls.certificate | a path to a file that exists | needed",
      "tls.key | a secret: secret:NAME, env:NAME or file:PATH | needed",
      "tls.clients | anyone or partners | anyone",
    ],
  );
});

Deno.test("config: settings in lists and maps are rows too", () => {
  const item = record("A rule.", { when: text("Condition."), then: text("Result.", { default: "" }) });
  const names = (field: Parameters<typeof fieldRows>[1]) => fieldRows("rules", field).map(({ name }) => name);
  assertEquals(names(list("Rules.", item)), ["rules", "rules[].when", "rules[].then"]);
  assertEquals(names(map("Rules.", "rule", item)), ["rules", "rules.RULE.when", "rules.RULE.then"]);
  const rows = settingRows({ about: "Rules.", config: map("Rules by name.", "rule", item) });
  assertEquals(rows.map(({ name }) => name), ["", "RULE.when", "RULE.then"]);
});

Deno.test("config: names of the author's own are a row, and one text may stand for all settings", () => {
  const set = map("Values.", "path", text("A value."), { optional: true });
  const own = record("Makes.", { set }, { others: { names: "format", item: text("What to make.") } });
  assertEquals(settingRows({ about: "Makes.", config: own }).map(({ name }) => name), ["FORMAT", "set"]);
  const [row] = fieldRows("split", record("Splits.", { by: text("Path.") }, { short: "by" }));
  assertEquals(row.takes, "settings, or by alone");
});

Deno.test("config: help says what a component is, takes and can fail with", () => {
  assertEquals(
    helpText("sender", mllpSender),
    `mllp (sender): Sends framed messages.

  mllp: { host: ehr.local }

Settings

  host
      Host.
      Takes text. Needed.

  port
      Port.
      Takes a whole number, 1 to 65535. Needed.
`,
  );
  const help = helpText("listener", mllpListener);
  assertStringIncludes(
    help,
    "  MLLP_FRAME_TOO_LARGE\n      Cannot read frame: larger than frameBytesMax ({frameBytesMax})",
  );
  assertStringIncludes(help, "Takes true or false. Default: true.");
});

Deno.test("config: an example is YAML that reads back", async () => {
  const quoted = {
    "PID-3[1].1": "a, b",
    plain: "x y",
    number: "0042",
    colon: "a: b",
    hash: "a #b",
    empty: "",
  };
  const example = exampleOf("set", { about: ".", config: map(".", "path", text("."), { example: quoted }) });
  assertEquals(
    example,
    'set: { "PID-3[1].1": "a, b", plain: x y, number: 0042, colon: "a: b", hash: "a #b", empty: "" }',
  );
  const text_ = SMALLEST.replace("    parse:", `    transform:\n      - ${example}\n    parse:`);
  assertEquals(await problemsOf(text_), []);
});

Deno.test("config: the reference escapes what a table or Markdown would take for a mark", () => {
  const page = componentMarkdown("odd", {
    name: "odd",
    about: "Odd.",
    config: { glob: text("A `*` or * or a|b or <c>.", { default: "*" }) },
    errors: {},
  });
  assertStringIncludes(page, "| `glob` | text | `*` | A `*` or \\* or a\\|b or \\<c>. |");
  assert(!page.includes("### Errors"));
});

Deno.test("config: the reference of the gateway file has a table for each section", () => {
  const headings = [...gatewayMarkdown().matchAll(/^## (.*)$/gm)].map((found) =>
    found[1].replaceAll("`", "")
  );
  assertEquals(headings, [
    "The file",
    "exchange",
    "audit",
    "channels.CHANNEL",
    "channels.CHANNEL.listen",
    "channels.CHANNEL.decrypt",
    "channels.CHANNEL.duplicates",
    "channels.CHANNEL.send.DESTINATION",
    "channels.CHANNEL.send.DESTINATION.encrypt",
    "channels.CHANNEL.send.DESTINATION.retry",
    "channels.CHANNEL.send.DESTINATION.collect",
    "channels.CHANNEL.send.DESTINATION.on",
    "channels.CHANNEL.retry",
    "channels.CHANNEL.supervise",
  ]);
});

Deno.test("config: a catalog loads as specs, kinds and names in a fixed order", async () => {
  const specs = await loadCatalog(catalog);
  assertEquals(Object.keys(specs), ["listeners", "senders", "formats", "envelopes", "transforms"]);
  assertEquals(Object.keys(specs.transforms), ["filter", "set", "stamp"]);
  assertEquals(asField(specs.formats.hl7v2.about, specs.formats.hl7v2.config).kind, "record");
});
