import { assertEquals } from "@std/assert";
import { problemsOf } from "./_fixtures.ts";

Deno.test("config: an empty file lacks what every gateway needs", async () => {
  assertEquals(await problemsOf(""), [
    "1:1 CONFIG_VALUE_MISSING Cannot read the gateway file: gateway is missing (for example gateway: st-elsewhere)",
    "1:1 CONFIG_VALUE_MISSING Cannot read the gateway file: channels is missing",
  ]);
});

Deno.test("config: a file with only a comment is an empty file", async () => {
  assertEquals(await problemsOf("# nothing\n"), [
    "1:1 CONFIG_VALUE_MISSING Cannot read the gateway file: gateway is missing (for example gateway: st-elsewhere)",
    "1:1 CONFIG_VALUE_MISSING Cannot read the gateway file: channels is missing",
  ]);
});

Deno.test("config: a list is no gateway", async () => {
  assertEquals(await problemsOf("- a\n"), [
    "1:1 CONFIG_VALUE_INVALID Cannot read the gateway file: must be settings, not a list",
  ]);
});

Deno.test("config: a slip of YAML is reported once a line, in our words", async () => {
  assertEquals(await problemsOf("gateway: a\n\tdata: x\nabout: b: c\nkeys: 'x\n"), [
    "2:1 CONFIG_YAML_INVALID Cannot read YAML: a tab cannot indent (indent with spaces)",
    "3:8 CONFIG_YAML_INVALID Cannot read YAML: a second colon on the line (quote text that holds a colon and a space)",
    "4:8 CONFIG_YAML_INVALID Cannot read YAML: a comma, colon, quote or closing bracket is missing",
  ]);
});

Deno.test("config: a tab that indents is named", async () => {
  assertEquals(await problemsOf("gateway: a\nchannels:\n\tlab:\n"), [
    "3:1 CONFIG_YAML_INVALID Cannot read YAML: a tab cannot indent (indent with spaces)",
  ]);
});

Deno.test("config: a second document is refused where it starts", async () => {
  assertEquals(await problemsOf("gateway: a\n---\ngateway: b\n"), [
    "3:1 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: a gateway file is one document (end the file before the second ---)",
  ]);
});

Deno.test("config: a tag is refused", async () => {
  assertEquals(await problemsOf("gateway: !name a\nchannels:\n  one: &one\n    <<: *one\n"), [
    "1:10 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: tags are not read (quote text that starts with !)",
  ]);
});

Deno.test("config: a merge key is refused and what lacks it is not", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: &one
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { e: { mllp: { host: h, port: 1 } } }
  two:
    <<: *one
`),
    [
      "8:5 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: merge keys are not read (write the settings out, or give a whole value an alias)",
    ],
  );
});

Deno.test("config: a problem behind an alias is reported once, where the value is written", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: &listen { mllp: { port: 0, idle: 1 } }
    parse: hl7v2
    send: &send { e: { mllp: { host: h, port: x } } }
  two: { listen: *listen, parse: hl7v2, send: *send }
`),
    [
      "4:40 CONFIG_KEY_UNKNOWN Cannot read channels.one.listen.mllp: no setting is called idle (there is port, host, frameBytesMax, idleMsMax, keepAlive, tls)",
      "6:47 CONFIG_VALUE_INVALID Cannot read channels.one.send.e.mllp.port: must be a whole number, not x",
    ],
  );
});

Deno.test("config: an alias without an anchor is refused and not quoted", async () => {
  assertEquals(await problemsOf("gateway: a\nchannels:\n  one: *nobody\n"), [
    "3:8 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: an alias needs an anchor before it (quote text that starts with *)",
  ]);
});

Deno.test("config: an alias that holds itself ends", async () => {
  assertEquals(await problemsOf("gateway: a\nchannels:\n  one: &one\n    send: *one\n"), [
    "4:5 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: an alias holds itself",
  ]);
});

Deno.test("config: keys that are no text or nothing are refused", async () => {
  assertEquals(await problemsOf("gateway: a\n? [b]\n: c\n: d\n"), [
    "2:3 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: a key must be text",
    "4:1 CONFIG_YAML_UNSUPPORTED Cannot use this YAML in a gateway file: a key is missing",
  ]);
});

Deno.test("config: a key or a name that is there twice is reported at the second", async () => {
  assertEquals(
    await problemsOf(`gateway: a
gateway: b
channels:
  lab:
    listen: { mllp: { port: 1, port: 2 } }
    parse: hl7v2
    send:
      ehr: { mllp: { host: h, port: 1 } }
      ehr: { mllp: { host: h, port: 2 } }
  lab:
    parse: hl7v2
`),
    [
      "2:1 CONFIG_KEY_REPEATED Cannot read the gateway file: gateway is there already, on line 1",
      "5:32 CONFIG_KEY_REPEATED Cannot read channels.lab.listen.mllp: port is there already, on line 5",
      "9:7 CONFIG_KEY_REPEATED Cannot read channels.lab.send: ehr is there already, on line 8",
      "10:3 CONFIG_KEY_REPEATED Cannot read channels: lab is there already, on line 4",
    ],
  );
});

Deno.test("config: text that YAML split at a bracket or a comma says how to quote", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mllp: { port: 1 } }
    parse: hl7v2
    filter: [MSH-9.1 = ORU]
    transform:
      - set: { PID-5: Doe, John }
    send:
      e: { filter: MSH-9.1 in ADT, ORU, mllp: { host: h, port: 1 } }
`),
    [
      "6:13 CONFIG_VALUE_SPLIT Cannot read channels.one.filter: YAML split one text into several (quote text that starts with a bracket)",
      "8:28 CONFIG_VALUE_SPLIT Cannot read channels.one.transform[0].set: YAML split one text into several (quote text that has a comma)",
      "10:36 CONFIG_VALUE_SPLIT Cannot read channels.one.send.e: YAML split one text into several (quote text that has a comma)",
    ],
  );
});

Deno.test("config: a path with brackets in braces says how to quote", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    transform:
      - set: { OBX[1]-5.1: X, PID-3: Y }
    listen: { mllp: { port: 1 } }
`),
    [
      '5:19 CONFIG_VALUE_SPLIT Cannot read the gateway file: YAML split one text into several (quote a path with brackets: "OBX[1]-5.1")',
    ],
  );
});

Deno.test("config: the rest of a text after a comma is not quoted", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one: { listen: { mllp: { port: 0 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } }, about: x, y }
`),
    [
      "3:110 CONFIG_VALUE_SPLIT Cannot read channels.one: YAML split one text into several (quote text that has a comma)",
    ],
  );
});
