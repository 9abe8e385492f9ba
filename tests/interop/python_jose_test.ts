import { assertEquals } from "@std/assert";
import jwe from "../../actors/envelopes/jwe/mod.ts";
import {
  bindEnvelope,
  type Keyring,
  type PublicKey,
  type Statement,
} from "../../runtime/contract/envelope.ts";
import { bytesOf } from "../contract/_bytes.ts";
import { gatewaysOf, type JweVectors } from "../actors/envelopes/jwe/_vectors.ts";
import vectorFile from "../../docs/vectors/jwe.json" with { type: "json" };
import { requirePeer } from "./_peers.ts";

const python = await requirePeer("python3-jwcrypto");
const SCRIPT = new URL("jose_peer.py", import.meta.url).pathname;
const { keys, now } = vectorFile as unknown as JweVectors;
const { hospital, lab, sealingKey } = await gatewaysOf(keys);

type Json = Record<string, unknown>;

/** What the peer makes of it; fails with what it says where it makes nothing. */
async function ask(what: "open" | "seal" | "receipt", told: Json): Promise<Json> {
  const options = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = python.command([SCRIPT, what], options).spawn();
  const input = child.stdin.getWriter();
  await input.write(bytesOf(JSON.stringify(told)));
  await input.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

/** A key of the vectors, whole or its public half, as a peer reads it. */
function jwkOf(gateway: string, alg: string, half: "private" | "public"): Json {
  const { jwk: { d, ...jwk } } = keys.find((key) => key.gateway === gateway && key.alg === alg)!;
  return half === "private" ? { ...jwk, d } : jwk;
}

const payload = bytesOf("MSH|^~\\&|LAB|HOSPITAL\rPID|1||4711||Müller^Änn\r");
const statement: Statement = {
  id: "m1",
  from: "hospital.example",
  channel: "results/Ü",
  epoch: 1,
  sequence: 7,
  issuedAtMs: now,
  expiresAtMs: now + 3_600_000,
  contentType: "x-application/hl7-v2+er7",
};

const SUITES = [["Ed25519", "X25519"], ["ES256", "P-256"]] as const;

/** The hospital, where it signs by `signs` and each partner is sealed for by `seals`. */
function sender(signs: "Ed25519" | "ES256", seals: "X25519" | "P-256") {
  const keyring: Keyring = {
    ...hospital,
    signingKey: () => hospital.signingKeyOf(signs),
    encryptionKey: (partner) => sealingKey(`${partner}.example`, seals),
  };
  return bindEnvelope(jwe, {}, keyring, { nowMs: () => now });
}

for (const [signs, seals] of SUITES) {
  for (const to of [["lab"], ["clinic", "lab"]]) {
    const described = `${signs} and ${seals} for ${to.length}`;

    Deno.test({
      name: `jwcrypto opens what a gateway sealed with ${described}`,
      ignore: python.missing,
      async fn() {
        const sealed = new TextDecoder().decode(
          (await sender(signs, seals).seal(payload, statement, to)).bytes,
        );
        const opened = await ask("open", {
          sealed,
          key: jwkOf("lab.example", seals, "private"),
          signer: jwkOf("hospital.example", signs, "public"),
        });
        assertEquals(opened.payload, base64url(payload));
        const { id, ch, seq, cty } = opened.statement as Json;
        assertEquals([id, ch, seq, cty], ["m1", "results/Ü", 7, "x-application/hl7-v2+er7"]);
      },
    });

    Deno.test({
      name: `a gateway opens what jwcrypto sealed with ${described}, and its receipt is read there`,
      ignore: python.missing,
      async fn() {
        const recipients: readonly PublicKey[] = to.map((name) => sealingKey(`${name}.example`, seals));
        const { sealed } = await ask("seal", {
          payload: base64url(payload),
          statement: {
            v: 1,
            id: "m1",
            from: "hospital.example",
            ch: "results/Ü",
            ep: 1,
            seq: 7,
            iat: now,
            exp: now + 3_600_000,
            cty: "x-application/hl7-v2+er7",
            to: recipients.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId })),
          },
          alg: signs === "Ed25519" ? "EdDSA" : signs,
          kid: hospital.signingKeyOf(signs).keyId,
          signing: jwkOf("hospital.example", signs, "private"),
          keys: to.map((name) => jwkOf(`${name}.example`, seals, "public")),
        });
        const keyring: Keyring = { ...lab, signingKey: () => lab.signingKeyOf(signs) };
        const receiver = bindEnvelope(jwe, {}, keyring, { nowMs: () => now });
        const bytes = bytesOf(sealed as string);
        const opened = await receiver.open(bytes);
        assertEquals(opened.statement, statement);
        assertEquals(opened.payload, payload);
        const receipt = await receiver.receipt(bytes, opened, { kind: "accepted" });
        const claims = await ask("receipt", {
          receipt: new TextDecoder().decode(receipt.bytes),
          signer: jwkOf("lab.example", signs, "public"),
        });
        assertEquals([claims.st, claims.by, claims.id], ["accepted", "lab.example", "m1"]);
      },
    });
  }
}
