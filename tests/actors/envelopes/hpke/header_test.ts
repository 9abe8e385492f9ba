import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { errors, type HpkeFail } from "../../../../actors/envelopes/hpke/errors.ts";
import { readParts } from "../../../../actors/envelopes/hpke/header.ts";
import hpke from "../../../../actors/envelopes/hpke/mod.ts";
import { bindEnvelope } from "../../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { testKeyring } from "../../../runtime/trust/gateways.ts";

const fail: HpkeFail = (code, facts) => {
  throw new MitralError(code, errors[code], facts);
};

type Header = Record<string, unknown> & { rcpt: Record<string, unknown>[] };

/** The header of an envelope, as JSON. */
async function header(): Promise<Header> {
  const sender = bindEnvelope(hpke, { profile: "any" }, await testKeyring("hospital", ["lab"]), {
    nowMs: () => 1_000,
  });
  const { bytes: sealed } = await sender.seal(
    new Uint8Array(10),
    {
      id: "m1",
      from: "hospital.example",
      channel: "c",
      epoch: 1,
      sequence: 1,
      issuedAtMs: 1_000,
      expiresAtMs: 2_000,
      contentType: "text/plain",
    },
    ["lab"],
  );
  return JSON.parse(new TextDecoder().decode(readParts(sealed, fail).header));
}

/** Names in order, as the canonical form has them; values as they are. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]),
  );
}

function envelopeOf(text: string, magic = "SEAL1\n"): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return new Uint8Array([...new TextEncoder().encode(magic), ...length, ...bytes, ...new Uint8Array(100)]);
}

function refusal(bytes: Uint8Array): string {
  const { code, facts } = assertThrows(() => readParts(bytes, fail), MitralError);
  return facts.field === undefined ? code : `${code} ${facts.field}`;
}

const refusalOf = (value: unknown) => refusal(envelopeOf(JSON.stringify(sorted(value))));

Deno.test("hpke reads a header back as it was written", async () => {
  const { pub, wraps } = readParts(envelopeOf(JSON.stringify(sorted(await header()))), fail);
  assertEquals([pub.id, pub.from, pub.seq, pub.to.length], ["m1", "hospital.example", 1, 1]);
  assertEquals([wraps[0].encapsulated.length, wraps[0].wrapped.length], [1120, 48]);
});

Deno.test("hpke tells what is no envelope from one it does not know and one cut short", () => {
  assertEquals(refusal(new TextEncoder().encode("MSH|^~\\&|")), "HPKE_ENVELOPE_INVALID");
  assertEquals(refusal(envelopeOf("{}", "SEAL2\n")), "HPKE_VERSION_UNSUPPORTED layout");
  assertEquals(refusal(envelopeOf("{}", "SEAL1\r")), "HPKE_ENVELOPE_INVALID");
  assertEquals(refusal(new Uint8Array()), "HPKE_ENVELOPE_TRUNCATED");
  assertEquals(refusal(new TextEncoder().encode("SEA")), "HPKE_ENVELOPE_TRUNCATED");
  assertEquals(refusal(new TextEncoder().encode("SEAL1\n\0\0")), "HPKE_ENVELOPE_TRUNCATED");
  assertEquals(refusal(new TextEncoder().encode("SEAL1\n\0\0\x01\0{")), "HPKE_ENVELOPE_TRUNCATED");
  assertEquals(refusal(new TextEncoder().encode("SEAL1\n\x7f\0\0\0{}")), "HPKE_HEADER_INVALID length");
});

Deno.test("hpke refuses every spelling of a header but the canonical one", async () => {
  const text = JSON.stringify(sorted(await header()));
  readParts(envelopeOf(text), fail);
  const spellings: Record<string, string> = {
    "a blank": text.replace(":", ": "),
    "a newline at the end": `${text}\n`,
    "a byte order mark": `\ufeff${text}`,
    "a name twice": text.replace("{", '{"ch":"c",'),
    "other order": JSON.stringify(await header().then(({ v, ...rest }) => ({ v, ...rest }))),
    "an exponent": text.replace('"iat":1000', '"iat":1e3'),
    "an escape": text.replace('"m1"', '"\\u006d1"'),
    "an array": "[]",
    "nothing": "",
  };
  for (const [what, spelling] of Object.entries(spellings)) {
    assert(spelling !== text, `${what} changes nothing`);
    assertEquals(refusal(envelopeOf(spelling)), "HPKE_HEADER_INVALID JSON", what);
  }
});

Deno.test("hpke refuses a header with a field missing, wrong or too many, and names it", async () => {
  const good = await header();
  const wrong: readonly [string, unknown][] = [
    ["id", ""],
    ["id", 7],
    ["from", "x".repeat(201)],
    ["ch", "a\tb"],
    ["cty", null],
    ["ep", -1],
    ["seq", 1.5],
    ["iat", "1000"],
    ["exp", 1_000],
    ["rcpt", []],
    ["rcpt", {}],
    ["rcpt", [null]],
    ["rcpt", [good.rcpt[0], good.rcpt[0]]],
    ["rcpt", Array.from({ length: 65 }, (_, at) => ({ ...good.rcpt[0], kid: `k${at}` }))],
  ];
  for (const [field, value] of wrong) {
    assertEquals(refusalOf({ ...good, [field]: value }), `HPKE_HEADER_INVALID ${field}`);
  }
  for (const field of ["id", "from", "ch", "cty", "ep", "seq", "iat", "exp", "rcpt"]) {
    assertEquals(refusalOf({ ...good, [field]: undefined }), `HPKE_HEADER_INVALID ${field}`);
  }
  assertEquals(refusalOf({ ...good, more: 1 }), "HPKE_HEADER_INVALID names");
  assertEquals(refusalOf({ ...good, to: [] }), "HPKE_HEADER_INVALID names");
});

Deno.test("hpke refuses a recipient with a field missing, wrong or too many", async () => {
  const good = await header();
  const [recipient] = good.rcpt;
  const enc = String(recipient.enc);
  const wrong = [
    { gw: "" },
    { kid: 1 },
    { enc: enc.slice(1) },
    { enc: `${enc}=` },
    { enc: ` ${enc.slice(1)}` },
    { enc: enc.replace(/.$/, (last) => last === "B" ? "C" : "B") },
    { ek: "AA" },
    { more: 1 },
    { ek: undefined },
  ];
  for (const change of wrong) {
    assertEquals(refusalOf({ ...good, rcpt: [{ ...recipient, ...change }] }), "HPKE_HEADER_INVALID rcpt");
  }
});

Deno.test("hpke says which version or suite it does not know", async () => {
  const good = await header();
  assertEquals(refusalOf({ ...good, v: 2 }), "HPKE_VERSION_UNSUPPORTED v");
  assertEquals(refusalOf({ ...good, enc: "A256GCM" }), "HPKE_VERSION_UNSUPPORTED enc");
  const rcpt = [{ ...good.rcpt[0], alg: "ECDH-ES" }];
  assertEquals(refusalOf({ ...good, rcpt }), "HPKE_VERSION_UNSUPPORTED alg");
});

Deno.test("hpke survives any JSON in place of a header", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert(refusal(envelopeOf(text)).startsWith("HPKE_"));
    }),
    { numRuns: 500 },
  );
  assertEquals(refusal(envelopeOf("[".repeat(200_000))), "HPKE_HEADER_INVALID JSON");
});
