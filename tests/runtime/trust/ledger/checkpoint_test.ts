import { assert, assertEquals, assertThrows } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import {
  checkpointText,
  originOf,
  readCheckpoint,
  readOrigin,
  signCheckpoint,
  verifyCheckpoint,
} from "../../../../runtime/trust/ledger/checkpoint.ts";
import {
  cosignatureLine,
  verifyCosignature,
  witnessNameOf,
} from "../../../../runtime/trust/ledger/cosignature.ts";
import {
  NOTE_SIGNATURES_MAX,
  signatureLine,
  verifierKey,
} from "../../../../runtime/trust/ledger/signed_note.ts";
import { requirePeer } from "../../../interop/_peers.ts";
import { leafOf } from "./naive_tree.ts";
import { signerOf } from "./signers.ts";

const openssl = await requirePeer("openssl");
const root = "3f9c0a1b2c3d4e5f";
const origin = originOf({ gateway: "st-elsewhere", root, epoch: 1 });
const ours = { origin, size: 109_482, root: leafOf(2) };
const [log, witness, stranger] = [signerOf(1), signerOf(2), signerOf(3)];
const name = witnessNameOf({ gateway: "metro-lab", root: "0123456789abcdef" });
const note = signCheckpoint(ours, log);
const atMs = 1_790_000_000_999;
const cosigned = note + cosignatureLine(checkpointText(ours), name, witness, atMs);

Deno.test("a checkpoint is read as it was signed", () => {
  assertEquals(origin, "st-elsewhere/3f9c0a1b2c3d4e5f/1");
  const { text, signatures, ...read } = readCheckpoint(cosigned);
  assertEquals(read, ours);
  assertEquals(text, checkpointText(ours));
  assertEquals(signatures.map(({ name }) => name), [origin, name]);
  assertEquals(verifyCheckpoint(cosigned, log.publicBytes)?.size, 109_482);
  assertEquals(verifyCheckpoint(note, stranger.publicBytes, log.publicBytes)?.origin, origin);
});

Deno.test("a checkpoint counts where the ledger's own key signed it, and nowhere else", () => {
  assertEquals(verifyCheckpoint(note, stranger.publicBytes), undefined);
  assertEquals(verifyCheckpoint(note), undefined);
  assertEquals(verifyCheckpoint(note.replace("109482", "109483"), log.publicBytes), undefined);
  assertEquals(verifyCheckpoint(note.replaceAll(origin, `${origin}0`), log.publicBytes), undefined);
  const bySomebody = signCheckpoint(ours, { ...stranger, publicBytes: log.publicBytes });
  assertEquals(verifyCheckpoint(bySomebody, log.publicBytes), undefined);
  const lastLine = bySomebody.slice(bySomebody.indexOf("\u2014"));
  assertEquals(verifyCheckpoint(note + lastLine, log.publicBytes), undefined, "one forged line is enough");
  assertEquals(verifyCheckpoint("nothing", log.publicBytes), undefined);
});

Deno.test("a witness's line says when it saw the checkpoint, in whole seconds", () => {
  assertEquals(verifyCosignature(cosigned, name, witness.publicBytes), 1_790_000_000_000);
  assertEquals(verifyCosignature(note, name, witness.publicBytes), undefined);
  assertEquals(verifyCosignature(cosigned, name, stranger.publicBytes), undefined);
  assertEquals(verifyCosignature(cosigned, `${name}s`, witness.publicBytes), undefined);
  assertEquals(
    verifyCosignature(cosigned.replace("109482", "109483"), name, witness.publicBytes),
    undefined,
  );
  const again = cosigned + cosignatureLine(checkpointText(ours), name, witness, atMs + 5_000);
  assertEquals(verifyCosignature(again, name, witness.publicBytes), 1_790_000_005_000);
  const forged = cosignatureLine(
    checkpointText(ours),
    name,
    { ...stranger, publicBytes: witness.publicBytes },
    0,
  );
  assertEquals(verifyCosignature(cosigned + forged, name, witness.publicBytes), undefined);
});

Deno.test("a ledger's signature is no witness's, though the key and the name be the same", () => {
  const line = cosignatureLine(checkpointText(ours), origin, log, atMs);
  assertEquals(verifyCosignature(note, origin, log.publicBytes), undefined);
  const [text] = note.split("\u2014");
  assertEquals(verifyCheckpoint(text + line, log.publicBytes), undefined);
  assertEquals(verifyCheckpoint(note + line, log.publicBytes)?.size, 109_482);
});

Deno.test("keys are told to other programs as C2SP has it", () => {
  const known = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
  const publicBytes = Uint8Array.fromBase64(known.slice(known.lastIndexOf("+Ac") + 1)).slice(1);
  assertEquals(verifierKey("sum.golang.org", publicBytes, "log"), known);
  assert(verifierKey("sum.golang.org", publicBytes, "witness") !== known);
});

Deno.test("an origin names the gateway, its root key and the epoch", () => {
  assertEquals(readOrigin(origin), { gateway: "st-elsewhere", root, epoch: 1 });
  for (
    const other of ["", "a/b/1", `a/${root}`, `a/${root}/01`, `a/${root}/1/2`, `/${root}/1`, `a b/${root}/1`]
  ) {
    assertEquals(readOrigin(other), undefined, other);
  }
});

const [head, line] = [checkpointText(ours), note.slice(note.indexOf("\u2014"))];
const base64 = leafOf(2).toBase64();

const UNREADABLE: Readonly<Record<string, string>> = {
  "no text": "",
  "no signature": `${head}\n`,
  "no empty line": head + line,
  "no last line feed": note.slice(0, -1),
  "a line behind the signatures": `${note}more\n`,
  "an empty line behind the signatures": `${note}\n`,
  "carriage returns": note.replaceAll("\n", "\r\n"),
  "a control character": note.replace("st-", "st\u0007"),
  // What partners send is kept with alarms and printed: this begins an order to a terminal as ESC [ does.
  "a control character of eight bits": `${note}\u2014 a\u009b2J AAAAAAA=\n`,
  "a lone surrogate": note.replace("st-", "st\ud800"),
  "another dash": note.replace("\u2014", "-"),
  "two spaces": note.replace("\u2014 ", "\u2014  "),
  "a size with a zero before it": note.replace("109482", "0109482"),
  "a size with a sign": note.replace("109482", "+109482"),
  "a size beyond 2^53": note.replace("109482", "9007199254740993"),
  "a size of many digits": note.replace("109482", "1".repeat(400)),
  "a fourth line": note.replace(`${base64}\n`, `${base64}\nmore\n`),
  "a root that is short": note.replace(base64, leafOf(2).subarray(1).toBase64()),
  "a root without its padding": note.replace(base64, base64.replace("=", "")),
  "a root in base64url": note.replace(base64, base64.replaceAll("+", "-").replaceAll("/", "_")),
  "stray bits in a root": note.replace(base64, strayBits(base64)),
  "an origin with a space": note.replaceAll("st-elsewhere", "st elsewhere"),
  "an origin with a plus": note.replaceAll("st-elsewhere", "st+elsewhere"),
  "an origin that is long": note.replaceAll("st-elsewhere", "a".repeat(256)),
  "a signature that is a key id alone": `${head}\n\u2014 a AAAAAA==\n`,
  "too many signatures": `${head}\n${line.repeat(NOTE_SIGNATURES_MAX + 1)}`,
};

for (const [what, text] of Object.entries(UNREADABLE)) {
  Deno.test(`a checkpoint with ${what} is refused`, () => {
    const error = assertThrows(() => readCheckpoint(text), MitralError);
    assertEquals(error.code, "LEDGER_NOTE_INVALID");
    assertEquals(verifyCheckpoint(text, log.publicBytes), undefined);
    assertEquals(verifyCosignature(text, name, witness.publicBytes), undefined);
  });
}

Deno.test("a checkpoint with as many signatures as are read is read", () => {
  const long = "a".repeat(255);
  const lines = signatureLine({ name: long, keyId: "01020304", bytes: new Uint8Array(72) });
  const { signatures } = readCheckpoint(note + lines.repeat(NOTE_SIGNATURES_MAX - 1));
  assertEquals(signatures.length, NOTE_SIGNATURES_MAX);
});

Deno.test({
  name: "openssl verifies a checkpoint and a witness's line",
  ignore: openssl.missing,
  async fn() {
    const { text, signatures } = readCheckpoint(cosigned);
    const [own, theirs] = signatures;
    assert(await opensslVerifies(log.publicBytes, text, own!.bytes));
    const cosignedText = `cosignature/v1\ntime 1790000000\n${text}`;
    assert(await opensslVerifies(witness.publicBytes, cosignedText, theirs!.bytes.subarray(8)));
    assert(!await opensslVerifies(witness.publicBytes, text, own!.bytes));
  },
});

async function opensslVerifies(publicBytes: Uint8Array, text: string, signature: Uint8Array) {
  const folder = await Deno.makeTempDir();
  const spki = Uint8Array.of(...Uint8Array.fromHex("302a300506032b6570032100"), ...publicBytes);
  await Deno.writeFile(`${folder}/key`, spki);
  await Deno.writeTextFile(`${folder}/text`, text);
  await Deno.writeFile(`${folder}/signature`, signature);
  const { success } = await openssl.command(
    ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "text", "-sigfile"]
      .concat("signature"),
    { cwd: folder, stdout: "null", stderr: "null" },
  ).output();
  await Deno.remove(folder, { recursive: true });
  return success;
}

/** The same bytes for a decoder that forgives. */
function strayBits(base64: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = letters[letters.indexOf(base64.at(-2)!) + 1]!;
  return `${base64.slice(0, -2)}${last}=`;
}
