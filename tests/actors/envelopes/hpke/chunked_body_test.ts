import { assert, assertEquals } from "@std/assert";
import { CHUNK_BYTES, CHUNKS_AT, SEALED_CHUNK_BYTES } from "../../../../actors/envelopes/hpke/body_cipher.ts";
import { bodyBytes, openBody, sealBody } from "../../../../actors/envelopes/hpke/chunked_body.ts";

const contentKey = Uint8Array.from({ length: 32 }, (_, at) => at);
const salt = Uint8Array.from({ length: 24 }, (_, at) => 0x40 + at);
const context = new TextEncoder().encode("context");
const plainOf = (length: number) => Uint8Array.from({ length }, (_, at) => at * 7 + (at >> 8));

async function seal(plain: Uint8Array, headBytes = 0, withSalt = salt): Promise<Uint8Array<ArrayBuffer>> {
  const into = new Uint8Array(bodyBytes(plain.length));
  const [head, rest] = [plain.subarray(0, headBytes), plain.subarray(headBytes)];
  await sealBody({ contentKey: { key: contentKey, salt: withSalt }, context, head, rest, into });
  return into;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

Deno.test("chunked body opens what another implementation sealed", async () => {
  // Made with Cobblestone256Encryptor of pyca/cryptography 50.0.2, same key and context.
  const sealed = Uint8Array.fromHex(
    "180beae429beacea5f31744426cd1a3be17eb99d3637fe74c91270b84c14c66876e7fe2e5465583ebb252208c4a9428e" +
      "cdd493987d3694745a5374020b68da9deb67f521989d954733c6f15685db2906100631c78f69f9ef",
  );
  const opened = await openBody(contentKey, context, sealed);
  assert(opened instanceof Uint8Array, String(opened));
  assertEquals(new TextDecoder().decode(opened), "sealed elsewhere");
});

Deno.test("chunked body seals to the same bytes as another implementation", async () => {
  // The same source, 16,400 bytes in two chunks; the salt is the one it drew.
  const drawn = Uint8Array.fromHex("44926fd15cd9db2d934e60ac1023bb9fcf64b24a8a3e0e80");
  const sealed = await seal(plainOf(16_400), 0, drawn);
  assertEquals(sealed.length, 16_488);
  assertEquals(await digest(sealed), "d659d08738075080fae04522d3ec545a9f4c3b7930d6698304206b5dae9978fb");
});

Deno.test("chunked body does not care where head and rest meet", async () => {
  const plain = plainOf(2 * CHUNK_BYTES + 5);
  const whole = await digest(await seal(plain));
  for (const headBytes of [1, 700, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, plain.length]) {
    assertEquals(await digest(await seal(plain, headBytes)), whole, `head of ${headBytes} bytes`);
  }
});

Deno.test("chunked body opens every length around a chunk, and more chunks than it works on at once", async () => {
  for (const length of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 40 * CHUNK_BYTES]) {
    const opened = await openBody(contentKey, context, await seal(plainOf(length)));
    assert(opened instanceof Uint8Array, `${length} bytes: ${opened}`);
    assertEquals(await digest(opened), await digest(plainOf(length)), `${length} bytes`);
  }
});

Deno.test("chunked body calls a missing last chunk truncated, even where chunks are whole", async () => {
  const sealed = await seal(plainOf(2 * CHUNK_BYTES));
  assertEquals(sealed.length, CHUNKS_AT + 2 * SEALED_CHUNK_BYTES + 16);
  for (const length of [0, 71, CHUNKS_AT + SEALED_CHUNK_BYTES, sealed.length - 16, sealed.length - 1]) {
    assertEquals(await openBody(contentKey, context, sealed.subarray(0, length)), "truncated", `${length}`);
  }
});

Deno.test("chunked body refuses another key, another context and another commitment", async () => {
  const sealed = await seal(plainOf(100));
  assertEquals(await openBody(contentKey.map((byte) => byte ^ 1), context, sealed), "altered");
  assertEquals(await openBody(contentKey, new Uint8Array(), sealed), "altered");
  sealed[CHUNKS_AT - 1] ^= 1;
  assertEquals(await openBody(contentKey, context, sealed), "altered");
});
