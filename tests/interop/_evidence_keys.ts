import { createIdentity } from "../../runtime/trust/identity.ts";
import { writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { masterKey } from "../world/master_key.ts";
import { AT_MS, type Parties } from "./_evidence.ts";

/**
 * Partner files of both, as they were and as they are once a key of one of them is revoked: the hospital's, the registry's,
 * then the new ones in the same order.
 */
export async function revokedFiles(
  parties: Parties,
  { who, key, atMs }: {
    readonly who: keyof Parties;
    readonly key: "signing" | "ledger";
    readonly atMs: number;
  },
): Promise<readonly Uint8Array[]> {
  const identity = parties[who];
  const { identity: next } = await createIdentity({ gateway: identity.gateway, nowMs: AT_MS, masterKey });
  const gone = key === "signing" ? identity.signing[0].keyId : identity.ledger!.keyId;
  const changed = {
    ...identity,
    serial: identity.serial + 1,
    issuedAtMs: Math.max(atMs, identity.issuedAtMs),
    [key]: next[key],
    revoked: [{ keyId: gone, atMs }],
  };
  const before = [parties.hospital, parties.registry];
  const after = before.map((each) => each === identity ? changed : each);
  return await Promise.all([...before, ...after].map((each) => writePartnerFile(each)));
}
