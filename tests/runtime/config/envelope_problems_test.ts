import { assertEquals } from "@std/assert";
import { problemsOf, read } from "./_fixtures.ts";

const channel = (decrypt: string, encrypt: string) => `
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    decrypt: ${decrypt}
    send: { ehr: { mllp: { host: h, port: 1 }, encrypt: ${encrypt} } }`;
const gateway = (decrypt: string, encrypt: string) =>
  `gateway: a
keys: ./keys/gateway.json
partners: { lab: ./partners/lab.json }
channels:
  one:${channel(decrypt, encrypt)}
`;

Deno.test("config: an envelope that is signed names partners, and one that is not names none", async () => {
  const unsigned = "{ age: { signed: false, identity: env:TOKEN } }";
  assertEquals(await problemsOf(gateway("{}", "{ envelope: hpke }")), [
    "8:5 CONFIG_VALUE_MISSING Cannot read channels.one.decrypt: from is missing",
    "9:48 CONFIG_VALUE_MISSING Cannot read channels.one.send.ehr.encrypt: to is missing",
  ]);
  assertEquals(
    await problemsOf(gateway(`{ from: lab, envelope: ${unsigned} }`, `{ to: [lab], envelope: ${unsigned} }`)),
    [
      "8:22 CONFIG_VALUE_INVALID Cannot read channels.one.decrypt.from: must be left out: age as it is set signs nothing, and knows no partner",
      "9:63 CONFIG_VALUE_INVALID Cannot read channels.one.send.ehr.encrypt.to: must be left out: age as it is set signs nothing, and knows no partner",
    ],
  );
});

Deno.test("config: an envelope says what it needs for the use that is made of it", async () => {
  assertEquals(await problemsOf(gateway("{ from: lab, envelope: age }", "{ to: lab, envelope: age }")), [
    "8:27 CONFIG_VALUE_INVALID Cannot read channels.one.decrypt.envelope: identity is needed to open",
  ]);
});

Deno.test("config: a gateway where nothing is signed needs no keys and no partners", async () => {
  const envelope = "{ envelope: { age: { signed: false, identity: env:TOKEN } } }";
  const { problems, plan } = await read(`gateway: a\nchannels:\n  one:${channel(envelope, envelope)}\n`);
  assertEquals(problems, []);
  const [{ decrypt, destinations: [{ encrypt }] }] = plan!.channels;
  assertEquals([decrypt?.from, encrypt?.to], [[], []]);
});
