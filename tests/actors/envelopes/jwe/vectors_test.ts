import { assert, assertEquals } from "@std/assert";
import jwe from "../../../../actors/envelopes/jwe/mod.ts";
import { bindEnvelope, type Statement } from "../../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { bytesOf } from "../../../contract/_bytes.ts";
import { gatewaysOf, type JweVectors } from "./_vectors.ts";
import file from "../../../../docs/vectors/jwe.json" with { type: "json" };

const vectors = file as unknown as JweVectors;
const gateways = await gatewaysOf(vectors.keys);
const clock = { nowMs: () => vectors.now };
const lab = bindEnvelope(jwe, {}, gateways.lab, clock);
const hospital = bindEnvelope(jwe, {}, gateways.hospital, clock);
const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

for (const { name, sealed, payload } of vectors.opens) {
  Deno.test(`jwe opens ${name}`, async () => {
    const opened = await lab.open(bytesOf(sealed));
    assertEquals(base64url(opened.payload), payload);
    assertEquals(opened.statement.id, vectors.statement.id);
  });
}

for (const { name, sealed, code } of vectors.refused) {
  Deno.test(`jwe refuses ${name}`, async () => {
    const thrown = await lab.open(bytesOf(sealed)).then(() => undefined, (error: unknown) => error);
    assert(thrown instanceof MitralError, `expected ${code}, got ${thrown}`);
    assertEquals(thrown.code, code);
  });
}

for (const { name, says, receipt } of vectors.receipts) {
  Deno.test(`jwe judges a receipt: ${name}`, async () => {
    const sent = {
      statement: vectors.statement as unknown as Statement,
      payload: Uint8Array.fromBase64(vectors.payload, { alphabet: "base64url" }),
      to: "lab",
    };
    const said = await hospital.judge(bytesOf(receipt), sent).then(({ kind }) => kind, (error) => error.code);
    assertEquals(said, says);
  });
}
