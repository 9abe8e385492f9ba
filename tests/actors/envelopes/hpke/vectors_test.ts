import { assert, assertEquals } from "@std/assert";
import { errors } from "../../../../actors/envelopes/hpke/errors.ts";
import hpke, { openStream } from "../../../../actors/envelopes/hpke/mod.ts";
import type { Profile } from "../../../../actors/envelopes/hpke/suites.ts";
import { bindEnvelope } from "../../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { makeVectors } from "../../../../tools/hpke_vectors.ts";
import { bytesOf, changed, envelopeOf, patternOf, readVectors, vectorKeyring } from "./_vectors.ts";

const vectors = await readVectors();
const opens = new Map(vectors.opens.map((vector) => [vector.name, vector]));

async function opener(gateway: string, { nowMs = vectors.nowMs, profile = "any" as Profile } = {}) {
  const keys = await vectorKeyring(vectors, gateway);
  return { keys, nowMs, profile, envelope: bindEnvelope(hpke, { profile }, keys, { nowMs: () => nowMs }) };
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The code, and the field where it names one, that the promise fails by. */
async function refusalOf(promise: Promise<unknown>): Promise<{ fails: string; field?: unknown }> {
  const thrown = await promise.then(() => undefined, (error: unknown) => error);
  assert(thrown instanceof MitralError, `expected a MitralError, got ${thrown}`);
  const { field } = thrown.facts;
  return { fails: thrown.code, ...(field === undefined ? {} : { field }) };
}

Deno.test("the vectors are those the tool makes, every time", async () => {
  assertEquals(vectors, JSON.parse(JSON.stringify(await makeVectors())));
});

Deno.test("every vector that opens does, for each of its recipients, whole and as a stream", async () => {
  for (const vector of vectors.opens) {
    const sealed = await envelopeOf(vector);
    assertEquals(
      [sealed.length, await sha256Hex(sealed)],
      [vector.envelopeBytes, vector.envelopeSha256],
      vector.name,
    );
    for (const to of vector.to) {
      const { envelope, ...tools } = await opener(to);
      const opened = await envelope.open(sealed);
      const payload = new Uint8Array(opened.payload);
      assertEquals(await sha256Hex(payload), await sha256Hex(patternOf(vector.payloadBytes)), vector.name);
      assertEquals(await sha256Hex(payload), vector.payloadSha256);
      assertEquals(new TextDecoder().decode(opened.signed), vector.statement);
      assertEquals(hpke.address?.(sealed), { from: vector.from, channel: "lab-results" });

      const stream = await openStream(ReadableStream.from([sealed]), tools);
      const read = new Uint8Array(
        await new Response(stream.payload as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
      );
      assertEquals(
        [read.length, await sha256Hex(read)],
        [vector.payloadBytes, vector.payloadSha256],
        vector.name,
      );
      assertEquals((await stream.received).envelopeSha256, vector.envelopeSha256);
    }
  }
});

Deno.test("every vector that must be refused is, by its code, whole and as a stream", async () => {
  for (
    const { name, of, change, envelope, opener: gateway, fails, field, ...circumstances } of vectors.refused
  ) {
    const base = of === undefined ? bytesOf(envelope!) : await envelopeOf(opens.get(of)!);
    const sealed = change ? changed(base, change) : base;
    const { envelope: receiver, ...tools } = await opener(gateway, circumstances);
    const expected = { fails, ...(field === undefined ? {} : { field }) };
    assertEquals(await refusalOf(receiver.open(sealed)), expected, name);
    const drained = async () => {
      for await (const _ of (await openStream(ReadableStream.from([sealed]), tools)).payload);
    };
    assertEquals(await refusalOf(drained()), expected, `${name}, as a stream`);
  }
});

Deno.test("every receipt of the vectors says what it should, or is refused by its code", async () => {
  for (const { name, of, to, receipt, profile, outcome, code, fails, field } of vectors.receipts) {
    const sent = opens.get(of)!;
    const { envelope } = await opener(sent.from, { profile });
    const { statement } = await (await opener(sent.to[0])).envelope.open(await envelopeOf(sent));
    const bytes = new TextEncoder().encode(receipt);
    const judged = envelope.judge(bytes, { statement, payload: patternOf(sent.payloadBytes), to });
    if (fails !== undefined) {
      assertEquals(await refusalOf(judged), { fails, ...(field === undefined ? {} : { field }) }, name);
      continue;
    }
    const verdict = await judged;
    assertEquals(verdict.kind, outcome, name);
    if (verdict.kind === "rejected") assertEquals(verdict.error.facts.reason, code ?? "no code", name);
  }
});

Deno.test("the vectors have every refusal there is, for both suites, and fit in a mail", async () => {
  const inVectors = new Set([...vectors.refused, ...vectors.receipts].map(({ fails }) => fails));
  const elsewhere = [
    "HPKE_STATEMENT_INVALID",
    "HPKE_RECIPIENTS_INVALID",
    "HPKE_KEY_UNAPPROVED",
    "HPKE_SOURCE_CHANGED",
    "HPKE_OUTCOME_UNSETTLED",
    "HPKE_MESSAGE_REJECTED",
  ];
  assertEquals(Object.keys(errors).filter((code) => !inVectors.has(code as never)).sort(), elsewhere.sort());
  assertEquals(new Set(Object.values(vectors.gateways).map(({ encryption }) => encryption.alg)).size, 2);
  const { size } = await Deno.stat(new URL("../../../../docs/vectors/hpke.json", import.meta.url));
  assert(size < 400_000, `${size} bytes`);
});
