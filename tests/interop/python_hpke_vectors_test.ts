import { assert, assertEquals } from "@std/assert";
import { requirePeer } from "./_peers.ts";

const python = await requirePeer("python3-cryptography");
const SCRIPT = new URL("hpke_vectors_peer.py", import.meta.url).pathname;
const VECTORS = new URL("../../docs/vectors/hpke.json", import.meta.url).pathname;

Deno.test({
  name: "an implementation in Python, made from the specification, agrees with every vector of the envelope",
  ignore: python.missing,
  async fn() {
    const { success, stdout, stderr } = await python.command([SCRIPT, VECTORS]).output();
    assert(success, new TextDecoder().decode(stderr));
    const { kem, ...agreed } = JSON.parse(new TextDecoder().decode(stdout));
    const { opens, refused, receipts } = JSON.parse(await Deno.readTextFile(VECTORS));
    assertEquals(agreed, { opens: opens.length, refused: refused.length, receipts: receipts.length });
    if (kem === "given") {
      console.warn("SKIP: this Python's cryptography has no ML-KEM; its secrets were given");
    }
  },
});
