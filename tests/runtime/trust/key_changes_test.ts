import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { SealingAlgorithm } from "../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { createIdentity, openIdentity } from "../../../runtime/trust/identity.ts";
import { OPENING_KEPT_MS, revokeKey, rotateKeys, sealKeys } from "../../../runtime/trust/key_changes.ts";
import { keyringOf } from "../../../runtime/trust/keyring.ts";
import type { SealedFile } from "../../../runtime/trust/new_keys.ts";
import { parsePartnerFile, writePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { parsePrivateFile, writePrivateFile } from "../../../runtime/trust/private_file.ts";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

const FILE = "keys.json";
const DAY_MS = 86_400_000;
const XWING: readonly SealingAlgorithm[] = ["MLKEM768-X25519"];
const rotation = {
  nowMs: MADE_AT_MS,
  beginsAtMs: MADE_AT_MS + 3 * DAY_MS,
  overlapMs: 14 * DAY_MS,
};
const day = (count: number) => MADE_AT_MS + count * DAY_MS;

/** Keys as a file has them, twice: with JOSE keys, too. */
async function keysOf(jose = false): Promise<SealedFile> {
  const made = await createIdentity({ gateway: "lab.example", nowMs: MADE_AT_MS, masterKey, jose });
  const read = parsePrivateFile(made.privateFile, FILE);
  return await sealKeys(read, { file: FILE, from: masterKey, to: masterKey, nowMs: MADE_AT_MS });
}

/** The keyrings of the gateway and of a partner that has its newest public file, on one clock. */
async function ringsOf(keys: SealedFile) {
  const identity = await openIdentity(
    parsePrivateFile(await writePrivateFile(keys, masterKey), FILE),
    FILE,
    masterKey,
  );
  const partner = await parsePartnerFile(await writePartnerFile(identity), FILE);
  const clock = { at: MADE_AT_MS, nowMs: () => clock.at };
  const hospital = (await gatewayOf("hospital")).identity;
  return {
    clock,
    lab: keyringOf({ gateway: "lab.example", clock, identity, partners: {} }),
    hospital: keyringOf({
      gateway: "hospital.example",
      clock,
      identity: hospital,
      partners: { lab: partner },
    }),
  };
}

const ids = (list: readonly { readonly keyId: string }[]) => list.map(({ keyId }) => keyId);
const refusal = async (doing: Promise<unknown>) => (await assertRejects(() => doing, MitralError)).code;

Deno.test("next keys take over at their time, on both sides, and those before them go on for a while", async () => {
  const before = await keysOf();
  const after = await rotateKeys(before, masterKey, rotation);
  assertEquals([after.serial, after.issuedAtMs], [before.serial + 1, MADE_AT_MS]);
  const [[next, old], [nextOpening, oldOpening]] = [ids(after.signing), ids(after.encryption)];
  const { clock, lab, hospital } = await ringsOf(after);
  const seen = (at: number) => {
    clock.at = at;
    return [
      lab.signingKey().keyId,
      hospital.encryptionKey("lab", XWING).keyId,
      hospital.verificationKey("lab.example", old) !== undefined,
      hospital.verificationKey("lab.example", next) !== undefined,
      lab.decryptionKey(oldOpening) !== undefined,
    ];
  };
  assertEquals(seen(day(0)), [old, oldOpening, true, false, true]);
  assertEquals(seen(day(3) - 1), [old, oldOpening, true, true, true]);
  assertEquals(seen(day(3)), [next, nextOpening, true, true, true]);
  assertEquals(seen(day(17) - 1), [next, nextOpening, true, true, true]);
  // A partner's clock may be five minutes behind.
  assertEquals(seen(day(17) + 300_000), [next, nextOpening, false, true, true]);
});

Deno.test("the root and relay keys stay, so partners and relays know the gateway", async () => {
  const before = await keysOf();
  const after = await rotateKeys(before, masterKey, rotation);
  assertEquals([after.root, after.relay], [before.root, before.relay]);
});

Deno.test("each algorithm gets its next key", async () => {
  const after = await rotateKeys(await keysOf(true), masterKey, rotation);
  assertEquals(
    after.encryption.map(({ algorithm, fromMs }) => [algorithm, fromMs !== undefined]),
    [["MLKEM768-X25519", true], ["X25519", true], ["MLKEM768-X25519", false], ["X25519", false]],
  );
});

Deno.test("keys that nothing can come for any more are taken out by the rotation after", async () => {
  const first = await rotateKeys(await keysOf(), masterKey, rotation);
  const [, old] = ids(first.encryption), [, oldSigning] = ids(first.signing);
  const again = (nowMs: number) =>
    rotateKeys(first, masterKey, { nowMs, beginsAtMs: nowMs, overlapMs: 14 * DAY_MS });
  const inOverlap = await again(day(17) - 1);
  assert(ids(inOverlap.encryption).includes(old) && ids(inOverlap.signing).includes(oldSigning));
  const afterOverlap = await again(day(17));
  assert(ids(afterOverlap.encryption).includes(old) && !ids(afterOverlap.signing).includes(oldSigning));
  assert(!ids((await again(day(17) + OPENING_KEPT_MS)).encryption).includes(old));
});

Deno.test("next keys that wait are not made twice; --now has them begin at once", async () => {
  const first = await rotateKeys(await keysOf(), masterKey, rotation);
  assertEquals(
    await refusal(rotateKeys(first, masterKey, { ...rotation, nowMs: day(1), beginsAtMs: day(5) })),
    "IDENTITY_KEYS_PENDING",
  );
  const hurried = await rotateKeys(first, masterKey, { ...rotation, nowMs: day(1), beginsAtMs: day(1) });
  assertEquals(ids(hurried.signing), ids(first.signing));
  const { clock, lab, hospital } = await ringsOf(hurried);
  clock.at = day(1);
  assertEquals(lab.signingKey().keyId, hurried.signing[0].keyId);
  assertEquals(hospital.encryptionKey("lab", XWING).keyId, hurried.encryption[0].keyId);
  assertEquals(hurried.signing[1].untilMs, day(15));
});

Deno.test("there is an end to keys that overlap", async () => {
  let keys = await keysOf();
  const at = (nowMs: number) => ({ nowMs, beginsAtMs: nowMs, overlapMs: 365 * DAY_MS });
  for (let count = 1; count < 10; count++) keys = await rotateKeys(keys, masterKey, at(day(count)));
  assertEquals(await refusal(rotateKeys(keys, masterKey, at(day(11)))), "IDENTITY_KEYS_FULL");
  assertEquals(parsePrivateFile(await writePrivateFile(keys, masterKey), FILE).signing.length, 10);
});

Deno.test("a revoked key is refused by partners at once, though its time is not over", async () => {
  const now = { ...rotation, beginsAtMs: MADE_AT_MS };
  const rotated = await rotateKeys(await keysOf(), masterKey, now);
  const [next, old] = ids(rotated.signing);
  const { hospital: trusting } = await ringsOf(rotated);
  assert(trusting.verificationKey("lab.example", old));
  const keys = revokeKey(rotated, { keyId: old, reason: "lost disk", nowMs: MADE_AT_MS });
  assertEquals([keys.serial, ids(keys.signing)], [rotated.serial + 1, [next]]);
  const { hospital, lab } = await ringsOf(keys);
  assertEquals(hospital.verificationKey("lab.example", old), undefined);
  assertEquals(lab.signingKey().keyId, next);
  const read = parsePrivateFile(await writePrivateFile(keys, masterKey), FILE);
  assertEquals(read.revoked, [{ keyId: old, atMs: MADE_AT_MS, reason: "lost disk" }]);
  const [, oldOpening] = ids(rotated.encryption);
  const { lab: closed } = await ringsOf(
    revokeKey(rotated, { keyId: oldOpening, reason: "", nowMs: MADE_AT_MS }),
  );
  assertEquals(closed.decryptionKey(oldOpening), undefined);
});

Deno.test("the reason of a revocation is nobody else's business", async () => {
  const rotated = await rotateKeys(await keysOf(), masterKey, { ...rotation, beginsAtMs: MADE_AT_MS });
  const keys = revokeKey(rotated, { keyId: rotated.signing[1].keyId, reason: "lost disk", nowMs: day(1) });
  const identity = await openIdentity(keys, FILE, masterKey);
  const file = await writePartnerFile(identity);
  assert(!new TextDecoder().decode(file).includes("lost disk"));
  assertEquals((await parsePartnerFile(file, FILE)).revoked, [{
    keyId: rotated.signing[1].keyId,
    atMs: day(1),
  }]);
});

Deno.test("the last key of its kind that is valid, the root key and a stranger's are not revoked", async () => {
  const keys = await keysOf(true);
  const pending = await rotateKeys(keys, masterKey, rotation);
  const codeOf = (file: SealedFile, keyId: string) =>
    assertThrows(() => revokeKey(file, { keyId, reason: "", nowMs: MADE_AT_MS }), MitralError).code;
  for (const { keyId } of [...keys.signing, ...keys.encryption]) {
    assertEquals(codeOf(keys, keyId), "IDENTITY_KEY_LAST");
    assertEquals(codeOf(pending, keyId), "IDENTITY_KEY_LAST");
  }
  const ending = await rotateKeys(keys, masterKey, { ...rotation, beginsAtMs: MADE_AT_MS });
  assertEquals(codeOf(ending, ending.signing[0].keyId), "IDENTITY_KEY_LAST", "the one left would end");
  assertEquals(codeOf(keys, keys.root.keyId), "IDENTITY_ROOT_FIXED");
  assertEquals(codeOf(keys, "0000000000000000"), "IDENTITY_KEY_UNKNOWN");
});

Deno.test("a gateway whose signing keys have all expired does not sign", async () => {
  const keys = await keysOf();
  const [key] = keys.signing;
  const { clock, lab, hospital } = await ringsOf({ ...keys, signing: [{ ...key, untilMs: day(1) }] });
  assertEquals(lab.signingKey().keyId, key.keyId);
  clock.at = day(2);
  assertEquals(assertThrows(() => lab.signingKey(), MitralError).code, "KEYRING_SIGNING_EXPIRED");
  assertEquals(hospital.verificationKey("lab.example", key.keyId), undefined);
});

Deno.test("a partner is sealed for by its first valid key of an algorithm one can use", async () => {
  const { hospital, clock } = await ringsOf(await keysOf(true));
  const algorithmFor = (...algorithms: SealingAlgorithm[]) =>
    hospital.encryptionKey("lab", algorithms).algorithm;
  assertEquals(algorithmFor("X25519", "P-256"), "X25519");
  assertEquals(algorithmFor("MLKEM768-P256", "MLKEM768-X25519"), "MLKEM768-X25519");
  assertEquals(assertThrows(() => algorithmFor("P-256"), MitralError).code, "KEYRING_KEY_MISSING");
  clock.at = day(-1);
  assertEquals(algorithmFor("X25519"), "X25519");
});
