import { bindEnvelope, type Keyring, type Outcome, type Statement } from "mitral";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import { createIdentity } from "../../runtime/trust/identity.ts";
import { keyringOf } from "../../runtime/trust/keyring.ts";
import { parsePartnerFile, writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { gatewayOf, testKeyring } from "../runtime/trust/gateways.ts";
import { masterKey } from "../world/master_key.ts";
import { bytesOf, hl7 } from "./_messages.ts";

const HOUR_MS = 3_600_000;

/** What is sealed, by whom and for whom. Gateways call themselves `NAME.example`. */
export interface Sealing {
  readonly by?: string;
  readonly to?: string;
  /** The sender's id of the message. */
  readonly id?: string;
  readonly payload?: string;
  /** Now, where left out. It expires an hour later. */
  readonly issuedAtMs?: number;
  /** The sender's keys, where they are not those of its name. */
  readonly keys?: Keyring;
}

/** An envelope as its sender holds it. */
export interface Sealed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What a receipt says of it, as its sender reads it. */
  judge(receipt: Uint8Array): Promise<Outcome>;
}

/** Seals one HL7 message; from the clinic to the laboratory where nothing else is said. */
export async function seal(
  { by = "clinic", to = "lab", id = "1", payload = hl7("BAD"), issuedAtMs, keys }: Sealing = {},
): Promise<Sealed> {
  const issued = issuedAtMs ?? Date.now();
  const statement: Statement = {
    id,
    from: `${by}.example`,
    channel: "results",
    epoch: 1,
    sequence: 1,
    issuedAtMs: issued,
    expiresAtMs: issued + HOUR_MS,
    contentType: "x-application/hl7-v2+er7",
  };
  const envelope = bindEnvelope(hpke, { profile: "any" }, keys ?? await testKeyring(by, [to]), {
    nowMs: () => Date.now(),
  });
  const { bytes } = await envelope.seal(bytesOf(payload), statement, [to]);
  return {
    bytes: new Uint8Array(bytes),
    judge: (receipt) => envelope.judge(receipt, { statement, payload: bytesOf(payload), to }),
  };
}

/** As the clinic would seal with a copy of the laboratory's keys that the laboratory never had, or has lost. */
export async function sealForOtherKey(): Promise<Sealed> {
  const { identity } = await createIdentity({ gateway: "lab.example", nowMs: Date.now(), masterKey });
  const keys = keyringOf({
    gateway: "clinic.example",
    clock: { nowMs: () => Date.now() },
    identity: (await gatewayOf("clinic")).identity,
    partners: { lab: await parsePartnerFile(await writePartnerFile(identity), "lab.json") },
  });
  return await seal({ keys });
}
