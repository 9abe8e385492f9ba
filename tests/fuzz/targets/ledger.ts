import {
  checkpointText,
  readCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from "../../../runtime/trust/ledger/checkpoint.ts";
import { cosignatureLine, verifyCosignature } from "../../../runtime/trust/ledger/cosignature.ts";
import { decodeEntry, encodeEntry } from "../../../runtime/trust/ledger/entry_bytes.ts";
import { signatureLine } from "../../../runtime/trust/ledger/signed_note.ts";
import { readProof, verifyProof, writeProof } from "../../../runtime/trust/ledger/tlog_proof.ts";
import { inclusionProof } from "../../../runtime/trust/ledger/tree.ts";
import { NaiveTree } from "../../runtime/trust/ledger/naive_tree.ts";
import { signerOf } from "../../runtime/trust/ledger/signers.ts";
import { must, type Target, textOf } from "../target.ts";
import { refusable } from "./_bodies.ts";

const [log, witness] = [signerOf(1), signerOf(2)];
const tree = new NaiveTree(7);
const head = { origin: "st-elsewhere/3f9c0a1b2c3d4e5f/1", size: 7, root: tree.root(7) };
const name = "metro-lab/0123456789abcdef/witness";
const note = signCheckpoint(head, log) +
  cosignatureLine(checkpointText(head), name, witness, 1_790_000_000_000);
const proof = writeProof({ number: 4, hashes: inclusionProof(4, 7, tree), note });
const shown = new TextEncoder().encode("4");
const words = ["\n", "\n\n", "\u2014 ", "=", "==", "+", "0", "9007199254740993", "AAAA", name, head.origin];

/** Checkpoints and their witnesses' lines: nothing counts but what was signed. */
export const checkpointTarget: Target = {
  name: "checkpoint",
  seeds: [note],
  words,
  attempt(input) {
    const text = textOf(input);
    const read = refusable(() => readCheckpoint(text));
    const [signed, seen] = [
      verifyCheckpoint(text, log.publicBytes),
      verifyCosignature(text, name, witness.publicBytes),
    ];
    if (read) {
      const again = `${checkpointText(read)}\n${read.signatures.map(signatureLine).join("")}`;
      must(again === text, "what is read is written as it was");
    }
    must(
      (!signed && seen === undefined) || read?.text === checkpointText(head),
      "what counts is what was signed",
    );
    return read;
  },
};

/** Proofs of inclusion: what is read is written as it was, and shows the entry that it was made for. */
export const tlogProofTarget: Target = {
  name: "tlog-proof",
  seeds: [proof, writeProof({ number: 0, hashes: [], note, extra: new Uint8Array(3) })],
  words: [...words, "index ", "extra ", "c2sp.org/tlog-proof@v1\n"],
  attempt(input) {
    const text = textOf(input);
    const read = refusable(() => readProof(text));
    if (!read) return undefined;
    must(writeProof(read) === text, "what is read is written as it was");
    const checkpoint = verifyProof(text, shown, log.publicBytes);
    must(!checkpoint || (read.number === 4 && checkpoint.size === 7), "what is shown is what is there");
    must(!verifyProof(text, input, log.publicBytes), "nothing else is shown");
    return read;
  },
};

/** Entries: what is read is written as it was. */
export const ledgerEntryTarget: Target = {
  name: "ledger-entry",
  seeds: [
    encodeEntry({
      kind: "received",
      atMs: 1_790_000_000_000,
      channel: "adt",
      message: "0192f3a4",
      body: "00",
    }),
    encodeEntry({ kind: "partner", atMs: 1, by: "\u{1f9ec}\n", serial: 7, outcome: "active" }),
  ],
  words: ['"k":"act"', '"v":1', '"t":', '"ser":', "null", "{", "}", ",", ":", "\\u0000", "__proto__"],
  attempt(input) {
    const entry = refusable(() => decodeEntry(input));
    if (!entry) return undefined;
    must(encodeEntry(entry).toHex() === input.toHex(), "what is read is written as it was");
    return entry;
  },
};
