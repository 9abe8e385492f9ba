import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { sha256Into } from "../../../../runtime/trust/ledger/sha256.ts";

Deno.test("a hash is what FIPS 180-4 says of its examples", () => {
  const examples = [
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ];
  for (const [text, expected] of examples) assertEquals(hashOf(new TextEncoder().encode(text)), expected);
});

Deno.test("bytes of every length up to some blocks have the hash that the platform gives them", () => {
  for (let length = 0; length <= 400; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 131 + length * 29 + 255);
    assertEquals(hashOf(bytes), createHash("sha256").update(bytes).digest("hex"), `${length} bytes`);
  }
});

Deno.test("a hash may be written over the bytes it is of", () => {
  for (const length of [32, 65, 300]) {
    const bytes = new Uint8Array(length).fill(7), expected = hashOf(bytes);
    sha256Into(bytes.subarray(0, 32), bytes);
    assertEquals(bytes.subarray(0, 32).toHex(), expected);
  }
});

function hashOf(bytes: Uint8Array): string {
  const made = new Uint8Array(32);
  sha256Into(made, bytes);
  return made.toHex();
}
