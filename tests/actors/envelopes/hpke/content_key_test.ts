import { assertEquals, assertNotEquals } from "@std/assert";
import {
  drawContentKey,
  unwrapContentKey,
  wrapContentKey,
} from "../../../../actors/envelopes/hpke/content_key.ts";
import type { PublicPart } from "../../../../actors/envelopes/_kit/public_part.ts";
import { testKeyring } from "../../../runtime/trust/gateways.ts";

async function wrapped() {
  const to = (await testKeyring("hospital", ["lab"])).encryptionKey("lab", ["MLKEM768-X25519"]);
  const pub: PublicPart = {
    v: 1,
    id: "m1",
    from: "hospital.example",
    ch: "c",
    ep: 1,
    seq: 1,
    iat: 1,
    exp: 2,
    cty: "text/plain",
    to: [{ gw: to.gateway, kid: to.keyId }],
  };
  const contentKey = drawContentKey().key;
  const key = (await testKeyring("lab", [])).decryptionKey(to.keyId);
  if (!key) throw new TypeError("Cannot find the lab's key");
  return { contentKey, pub, key, wrap: await wrapContentKey(contentKey, to, pub) };
}

Deno.test("content key is 32 bytes with a salt of 24, new each time", () => {
  const [one, other] = [drawContentKey(), drawContentKey()];
  assertEquals([one.key.length, one.salt.length], [32, 24]);
  assertNotEquals(one.key, other.key);
  assertNotEquals(one.salt, other.salt);
});

Deno.test("content key comes out for its addressee", async () => {
  const { contentKey, pub, key, wrap } = await wrapped();
  assertEquals(await unwrapContentKey(wrap, key.key, pub), contentKey);
  assertEquals([wrap.encapsulated.length, wrap.wrapped.length], [1120, 48]);
});

Deno.test("content key stays wrapped under any other header", async () => {
  const { pub, key, wrap } = await wrapped();
  for (const other of [{ ...pub, seq: 2 }, { ...pub, to: [] }, { ...pub, from: "lab.example" }]) {
    assertEquals(await unwrapContentKey(wrap, key.key, other), undefined);
  }
});
