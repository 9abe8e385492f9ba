import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { writeProof } from "../../trust/ledger/tlog_proof.ts";
import { readmeOf } from "./readme.ts";
import script from "./verify_evidence.py" with { type: "text" };

/** What shows to somebody who trusts neither gateway what became of a message: docs/evidence.md. */
export interface Evidence {
  /** Whose ledger it is. */
  readonly gateway: string;
  /** Id of the message there. */
  readonly message: string;
  /** Where it is about one destination. */
  readonly destination?: string;
  /** What the sender's statement is about; of a message that nobody signed, what was received. */
  readonly payload?: Uint8Array;
  /** What this gateway received, where that is something else. */
  readonly received?: Uint8Array;
  /** 16 bytes: with the SHA-256 of what was received they make the hash that the ledger has. */
  readonly salt?: Uint8Array;
  /** The sender's, as it was signed. */
  readonly statement?: Uint8Array;
  /** The addressee's, as it was signed. */
  readonly receipt?: Uint8Array;
  readonly entries: readonly ProvenEntry[];
  readonly keyFiles: readonly KeyFile[];
}

/** An entry of the ledger, and what shows that it is there. */
export interface ProvenEntry {
  readonly epoch: number;
  readonly number: number;
  /** As it was hashed. */
  readonly bytes: Uint8Array;
  /** Inclusion proof in the tree of the checkpoint. */
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint, signed, with its witnesses' lines. */
  readonly note: string;
}

/** A partner file. */
export interface KeyFile {
  readonly gateway: string;
  readonly bytes: Uint8Array;
}

/** What a file of a pack is for. */
export type EvidenceKind =
  | "payload"
  | "received"
  | "salt"
  | "statement"
  | "receipt"
  | "entry"
  | "proof"
  | "keys"
  | "script"
  | "readme";

/** A file of a pack: its name from the pack's folder, with `/`. */
export interface EvidenceFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const FORMAT = "mitral-evidence";
const utf8 = new TextEncoder();

/** Every file of a pack, `evidence.json` last: a folder without it is none. */
export function evidenceFiles(evidence: Evidence): readonly EvidenceFile[] {
  const { payload, received, salt, statement, receipt, entries, keyFiles } = evidence;
  const files: [kind: EvidenceKind, name: string, bytes: Uint8Array | undefined][] = [
    ["readme", "README.txt", utf8.encode(readmeOf(evidence))],
    ["script", "verify_evidence.py", utf8.encode(script)],
    ["payload", "payload", payload],
    ["received", "received", received],
    ["salt", "salt", salt],
    ["statement", "statement.jws", statement],
    ["receipt", "receipt.jws", receipt],
    ...entries.flatMap(({ epoch, number, bytes, hashes, note }): typeof files => [
      ["entry", `entry-${epoch}-${number}.json`, bytes],
      ["proof", `entry-${epoch}-${number}.tlog-proof`, utf8.encode(writeProof({ number, hashes, note }))],
    ]),
    ...keyFiles.map(({ gateway, bytes }, at): typeof files[number] => [
      "keys",
      `keys/${at + 1}-${gateway.replace(/[^A-Za-z0-9._-]/g, "_")}.json`,
      bytes,
    ]),
  ];
  const there = files.flatMap(([kind, name, bytes]) => bytes ? [{ kind, name, bytes }] : []);
  return [
    ...there.map(({ name, bytes }) => ({ name, bytes })),
    { name: "evidence.json", bytes: indexOf(evidence, there) },
  ];
}

/** Says nothing that cannot be checked: nobody has signed it. */
function indexOf(
  { gateway, message, destination }: Evidence,
  files: readonly (EvidenceFile & { readonly kind: EvidenceKind })[],
): Uint8Array {
  return utf8.encode(
    canonicalize({
      format: FORMAT,
      version: 1,
      gateway,
      message,
      ...(destination === undefined ? {} : { destination }),
      files: files.map(({ name, kind, bytes }) => ({
        name,
        as: kind,
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      })),
    }) ?? "",
  );
}
