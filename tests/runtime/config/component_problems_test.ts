import { assertEquals } from "@std/assert";
import { problemsOf } from "./_fixtures.ts";

Deno.test("config: adapters, formats, envelopes and transforms are looked up by name", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mlpp: { port: 1 } }
    parse: hl7
    send: {}
  two:
    listen: { acknowledge: received }
    parse: { hl7v2: { charst: x } }
    transform: [ste: { a: b }, stamp, { stamp: {}, set: {} }, stamp: { with: y }]
    send:
      none: { order: none }
      both: { mllp: { host: h, port: 1 }, https: { servers: ["https://a"] } }
      what: { smtp: {} }
      sealed: { mllp: { host: h, port: 1 }, encrypt: { to: nobody, envelope: hpk } }
`),
    [
      "4:15 CONFIG_ADAPTER_UNKNOWN Cannot read channels.one.listen: no adapter is called mlpp (did you mean mllp?)",
      "5:12 CONFIG_FORMAT_UNKNOWN Cannot read channels.one.parse: no format is called hl7 (there is hl7v2)",
      "6:11 CONFIG_VALUE_MISSING Cannot read channels.one.send: a destination is missing",
      "8:5 CONFIG_ADAPTER_MISSING Cannot read channels.two.listen: no adapter is named (name one of mllp, file)",
      "9:23 CONFIG_KEY_UNKNOWN Cannot read channels.two.parse.hl7v2: no setting is called charst (did you mean charset?)",
      "10:17 CONFIG_TRANSFORM_UNKNOWN Cannot read channels.two.transform[0]: no transform is called ste (did you mean set?)",
      "10:39 CONFIG_VALUE_INVALID Cannot read channels.two.transform[2]: must be one transform, not stamp, set (each transform is an item of its own; a condition stands beside it, under when)",
      "12:7 CONFIG_ADAPTER_MISSING Cannot read channels.two.send.none: no adapter is named (name one of mllp, https, paths, channel)",
      "13:43 CONFIG_ADAPTER_REPEATED Cannot read channels.two.send.both: one adapter only, and mllp is named already",
      "14:15 CONFIG_ADAPTER_UNKNOWN Cannot read channels.two.send.what: no adapter is called smtp (there is mllp, https)",
      "15:45 CONFIG_VALUE_MISSING Cannot read channels.two.send.sealed.encrypt: keys is missing (name the gateway's own keys at the top of the file: keys: FILE)",
      "15:60 CONFIG_PARTNER_UNKNOWN Cannot read channels.two.send.sealed.encrypt.to: no partner is called nobody (list it under partners, with what it is known by)",
      "15:78 CONFIG_ENVELOPE_UNKNOWN Cannot read channels.two.send.sealed.encrypt.envelope: no envelope is called hpk (did you mean hpke?)",
    ],
  );
});

Deno.test("config: paths are a list of adapters, at least one, instead of an adapter or a channel", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send:
      none: { paths: [] }
      both: { paths: [mllp: { host: h, port: 1 }], mllp: { host: h, port: 2 } }
      other: { paths: [mllp: { host: h, port: 1 }], channel: two }
      map: { paths: { mllp: { host: h, port: 1 } } }
      items:
        paths:
          - mllp
          - {}
          - { mllp: { host: h, port: 1 }, https: { servers: ["https://a"] } }
          - mlpp: { host: h, port: 1 }
          - mllp: { host: h, port: many }
      fine: { paths: [mllp: { host: h, port: 1 }, https: { servers: ["https://a"] }] }
  two:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { e: { mllp: { host: h, port: 1 } } }
`),
    [
      "7:22 CONFIG_VALUE_MISSING Cannot read channels.one.send.none.paths: an adapter is missing",
      "8:15 CONFIG_ADAPTER_REPEATED Cannot read channels.one.send.both: one adapter only, and mllp is named already",
      "9:53 CONFIG_ADAPTER_REPEATED Cannot read channels.one.send.other: one adapter only, and paths is named already",
      "10:21 CONFIG_VALUE_INVALID Cannot read channels.one.send.map.paths: must be a list of adapters, each with its settings, not settings",
      "13:13 CONFIG_VALUE_INVALID Cannot read channels.one.send.items.paths[0]: must be an adapter with its settings, not text",
      "14:13 CONFIG_ADAPTER_MISSING Cannot read channels.one.send.items.paths[1]: no adapter is named (name one of mllp, https)",
      "15:43 CONFIG_ADAPTER_REPEATED Cannot read channels.one.send.items.paths[2]: one adapter only, and mllp is named already",
      "16:13 CONFIG_ADAPTER_UNKNOWN Cannot read channels.one.send.items.paths[3]: no adapter is called mlpp (did you mean mllp?)",
      "17:36 CONFIG_VALUE_INVALID Cannot read channels.one.send.items.paths[4].mllp.port: must be a whole number, not many",
    ],
  );
});

Deno.test("config: custom actors and steps are loaded and prepared", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    filter: "a #"
    transform:
      - ./transformers/no_default.ts
      - ./transformers/not_a_transformer.ts: {}
      - ./transformers/half.ts
      - ./transformers/throws.ts
      - ./transformers/absent.ts
      - ./../outside.ts
      - transformers/../../gateway2/x.ts
      - /etc/actor.js
      - https://example.org/actor.ts
      - ./transformers/normalise_phone.ts: { contry: US }
      - filter: "b #"
    send: { e: { mllp: { host: h, port: 1 } } }
`),
    [
      "6:13 CONFIG_STEP_REFUSED Cannot prepare filter: Cannot read filter: unexpected character at column 3",
      "8:9 CONFIG_ACTOR_INVALID Cannot use ./transformers/no_default.ts: it has no default export (export default defineTransformer({ … }))",
      "9:9 CONFIG_ACTOR_INVALID Cannot use ./transformers/not_a_transformer.ts: its default export is not a transformer (export default defineTransformer({ … }))",
      "10:9 CONFIG_ACTOR_INVALID Cannot use ./transformers/half.ts: its spec has no transform (export default defineTransformer({ … }))",
      "11:9 CONFIG_ACTOR_INVALID Cannot use ./transformers/throws.ts: it does not load: Unexpected end",
      "12:9 CONFIG_PATH_MISSING Cannot read channels.one.transform[4]: no file at /gateway/transformers/absent.ts",
      "13:9 CONFIG_ACTOR_INVALID Cannot use ./../outside.ts: it must lie in the gateway file's folder",
      "14:9 CONFIG_ACTOR_INVALID Cannot use transformers/../../gateway2/x.ts: it must lie in the gateway file's folder",
      "15:9 CONFIG_ACTOR_INVALID Cannot use /etc/actor.js: it must lie in the gateway file's folder",
      "16:9 CONFIG_ACTOR_INVALID Cannot use https://example.org/actor.ts: a custom actor is a file, not an address",
      '17:46 CONFIG_KEY_UNKNOWN Cannot read channels.one.transform[9]."./transformers/normalise_phone.ts": no setting is called contry (did you mean country?)',
      "18:17 CONFIG_STEP_REFUSED Cannot prepare filter: Cannot read filter: unexpected character at column 3",
    ],
  );
});

Deno.test("config: a path that a sender uses must be one of the format that is sent", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send:
      one:
        https:
          servers: ["https://a"]
          headers:
            X-Fine: "{MSH-10} of {PID-3.1}"
            X-Slip: "{msh-10}"
            X-Word: "for {sequnce}"
            X-Path: "{not a path}"
      two:
        collect: { countMax: 2, as: zip }
        https: { servers: ["https://a"], headers: { X-Zip: "{MSH-10}" } }
`),
    [
      "12:21 CONFIG_VALUE_INVALID Cannot read channels.one.send.one.https.headers.X-Slip: Cannot run: only its spec is wanted (did you mean MSH-10?)",
      "13:21 CONFIG_VALUE_INVALID Cannot read channels.one.send.one.https.headers.X-Word: Cannot run: only its spec is wanted (did you mean sequence?)",
      "14:21 CONFIG_VALUE_INVALID Cannot read channels.one.send.one.https.headers.X-Path: Cannot run: only its spec is wanted",
      "17:60 CONFIG_VALUE_INVALID Cannot read channels.one.send.two.https.headers.X-Zip: MSH-10 is a path, and a ZIP file has none",
    ],
  );
});
