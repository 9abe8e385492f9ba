import { assertEquals, assertThrows } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { signCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { readProof, verifyProof, writeProof } from "../../../../runtime/trust/ledger/tlog_proof.ts";
import { inclusionProof } from "../../../../runtime/trust/ledger/tree.ts";
import { NaiveTree } from "./naive_tree.ts";
import { signerOf } from "./signers.ts";

const [log, stranger] = [signerOf(1), signerOf(2)];
const tree = new NaiveTree(70);
const note = signCheckpoint(
  { origin: "st-elsewhere/3f9c0a1b2c3d4e5f/1", size: 70, root: tree.root(70) },
  log,
);
const proof = { number: 21, hashes: inclusionProof(21, 70, tree), note };
const text = writeProof(proof);
const entryOf = (number: number) => new TextEncoder().encode(String(number));

Deno.test("a proof is written as C2SP tlog-proof has it, and read as it was written", () => {
  const lines = text.split("\n");
  assertEquals(lines.slice(0, 2), ["c2sp.org/tlog-proof@v1", "index 21"]);
  assertEquals(lines.slice(2, 9), proof.hashes.map((hash) => hash.toBase64()));
  assertEquals(lines.slice(9).join("\n"), `\n${note}`);
  assertEquals(readProof(text), proof);
  for (const extra of [new Uint8Array(), new Uint8Array([1, 2, 3])]) {
    assertEquals(readProof(writeProof({ ...proof, extra })), { ...proof, extra });
  }
  assertEquals(readProof(writeProof({ number: 0, hashes: [], note })).hashes, []);
});

Deno.test("a proof shows its own entry under its ledger's key, and no other", () => {
  assertEquals(verifyProof(text, entryOf(21), log.publicBytes)?.size, 70);
  assertEquals(verifyProof(text, entryOf(22), log.publicBytes), undefined);
  assertEquals(verifyProof(text, entryOf(21), stranger.publicBytes), undefined);
  assertEquals(verifyProof(text.replace("index 21", "index 22"), entryOf(21), log.publicBytes), undefined);
});

const hash = proof.hashes[0]!.toBase64();

const REFUSED = {
  "nothing in it": "",
  "another first line": text.replace("@v1", "@v2"),
  "no index": text.replace("index 21\n", ""),
  "an index with a zero before it": text.replace("index 21", "index 021"),
  "an index beyond 2^53": text.replace("index 21", "index 9007199254740993"),
  "an index below zero": text.replace("index 21", "index -1"),
  "extra behind its index": text.replace("index 21\n", "index 21\nextra AAAA\n"),
  "extra that is no base64": text.replace("index", "extra A\nindex"),
  "a hash without its padding": text.replace(hash, hash.replace("=", "")),
  "a hash that is short": text.replace(hash, "AAAA"),
  "carriage returns": text.replaceAll("\n", "\r\n"),
  "more hashes than a tree is high": text.replace(`${hash}\n`, `${hash}\n`.repeat(60)),
  "no checkpoint": text.slice(0, text.indexOf("\n\n") + 1),
  "more than is read": text + "\n".repeat(1_000_000),
};

for (const [what, other] of Object.entries(REFUSED)) {
  Deno.test(`a proof with ${what} is refused`, () => {
    assertEquals(assertThrows(() => readProof(other), MitralError).code, "LEDGER_PROOF_INVALID");
  });
}
