/** Evidence as two gateways make it, put together without them: a message, its statement, its receipt, a ledger. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { factsOf, signStatement } from "../../actors/envelopes/_kit/statement.ts";
import { type PublicPart, statementOf } from "../../actors/envelopes/_kit/public_part.ts";
import { signReceipt } from "../../actors/envelopes/_kit/receipt.ts";
import type { SignatureAlgorithm } from "../../runtime/contract/envelope.ts";
import {
  type Evidence,
  type EvidenceFile,
  evidenceFiles,
} from "../../runtime/console/evidence/evidence_pack.ts";
import { createIdentity, type Identity } from "../../runtime/trust/identity.ts";
import {
  type CheckpointSigner,
  checkpointText,
  originOf,
  signCheckpoint,
} from "../../runtime/trust/ledger/checkpoint.ts";
import { cosignatureLine, witnessNameOf } from "../../runtime/trust/ledger/cosignature.ts";
import type { LedgerEntry } from "../../runtime/trust/ledger/entry.ts";
import { encodeEntry } from "../../runtime/trust/ledger/entry_bytes.ts";
import { bodyCommitment } from "../../runtime/journal/ledger/body_commitment.ts";
import { inclusionProof, leafHash, type TreeHead } from "../../runtime/trust/ledger/tree.ts";
import type { LedgerKey } from "../../runtime/trust/ledger_key.ts";
import { fingerprintOf, writePartnerFile } from "../../runtime/trust/partner_file.ts";
import type { Profile } from "../../runtime/trust/private_file.ts";
import { NaiveTree } from "../runtime/trust/ledger/naive_tree.ts";
import { masterKey } from "../world/master_key.ts";
import { requirePeer } from "./_peers.ts";

export const python = await requirePeer("python3");
export const openssl = await requirePeer("openssl");

/** True where an outsider's tools are missing. */
export const missing = python.missing || openssl.missing;

/** What ships with the product. */
export const SCRIPT = new URL("../../runtime/console/evidence/verify_evidence.py", import.meta.url).pathname;

/** When everything of these tests happens. */
export const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** The two that exchange a message, and one that does not. */
export interface Parties {
  readonly hospital: Identity;
  readonly registry: Identity;
}

export async function partiesOf(profile: Profile = "default"): Promise<Parties> {
  const make = async (gateway: string) =>
    (await createIdentity({ gateway, nowMs: AT_MS - 60_000, masterKey, profile })).identity;
  return { hospital: await make("st-elsewhere"), registry: await make("state-registry") };
}

/** What the message of a pack is, and who tells of it. */
export interface Story {
  readonly by?: "hospital" | "registry";
  readonly profile?: Profile;
  readonly parties?: Parties;
  /** Of the message, at the gateway that tells. */
  readonly id?: string;
  readonly payload?: string;
  readonly isSealed?: boolean;
  readonly outcome?: "accepted" | "rejected";
  /** Entries about other messages before it and behind it. */
  readonly others?: number;
  /** What the witness's clock says when it signs. */
  readonly witnessedAtMs?: number;
  readonly isWitnessed?: boolean;
  /** Partner files in place of those that the two have. */
  readonly keyFiles?: (parties: Parties) => Promise<readonly Uint8Array[]>;
}

/** What {@linkcode evidenceFiles} makes a pack of. */
export async function evidenceOf(story: Story = {}): Promise<Evidence & { readonly parties: Parties }> {
  const { by = "hospital", id = "0198c0de", isSealed = true, others = 20, isWitnessed = true } = story;
  const parties = story.parties ?? await partiesOf(story.profile);
  const { hospital, registry } = parties;
  const payload = bytesOf(story.payload ?? "MSH|^~\\&|LAB\rPID|1||4711\r");
  const salt = new Uint8Array(16).fill(7);
  const signed = isSealed ? await signedBy(parties, payload, story.outcome ?? "accepted") : undefined;
  const body = bodyCommitment(salt.toHex(), payload);
  const entries: LedgerEntry[] = [
    {
      kind: "received",
      atMs: AT_MS,
      channel: "lab",
      message: id,
      body,
      ...(signed && by === "registry"
        ? { gateway: hospital.gateway, statement: sha256(signed.statement), envelope: ENVELOPE }
        : {}),
    },
    ...(signed
      ? [
        {
          kind: by === "hospital" ? "receipted" : "acknowledged",
          atMs: AT_MS + 20,
          channel: "lab",
          message: id,
          outcome: story.outcome ?? "accepted",
          receipt: sha256(signed.receipt),
          ...(by === "hospital"
            ? { destination: "registry", statement: sha256(signed.statement), envelope: ENVELOPE }
            : {}),
        } as const,
      ]
      : []),
  ];
  const ours = by === "hospital" ? hospital : registry, theirs = by === "hospital" ? registry : hospital;
  const tree = new NaiveTree(), own: number[] = [];
  const append = (entry: LedgerEntry) => {
    tree.append(leafHash(encodeEntry(entry)));
    return tree.levels[0]!.length - 1;
  };
  const other = () =>
    append({ kind: "received", atMs: AT_MS, channel: "adt", message: `other-${tree.levels[0]?.length}` });
  for (let count = 0; count < others; count++) other();
  for (const entry of entries) {
    own.push(append(entry));
    if (others > 0) other();
  }
  const size = tree.levels[0]!.length;
  const head = { size, root: tree.root(size) };
  const note = await checkpointOf(ours, head, isWitnessed ? theirs : undefined, story.witnessedAtMs);
  const keyFiles = await story.keyFiles?.(parties) ??
    await Promise.all([hospital, registry].map((identity) => writePartnerFile(identity)));
  return {
    parties,
    gateway: ours.gateway,
    message: id,
    payload,
    salt,
    ...(signed ?? {}),
    entries: entries.map((entry, at) => ({
      epoch: 1,
      number: own[at]!,
      bytes: encodeEntry(entry),
      hashes: inclusionProof(own[at]!, size, tree),
      note,
    })),
    keyFiles: keyFiles.map((bytes) => ({
      bytes,
      gateway: (JSON.parse(new TextDecoder().decode(bytes)) as { gateway: string }).gateway,
    })),
  };
}

const ENVELOPE = "e".repeat(64);

/** A checkpoint that its gateway has signed and, where there is one, a witness. */
export async function checkpointOf(
  ours: Identity,
  { size, root }: TreeHead,
  witness: Identity | undefined,
  atMs = AT_MS + 1_000,
): Promise<string> {
  const checkpoint = {
    origin: originOf({ gateway: ours.gateway, root: ours.root.keyId, epoch: 1 }),
    size,
    root,
  };
  const note = await signedNote(ours.ledger!, (key) => signCheckpoint(checkpoint, key));
  if (!witness) return note;
  const name = witnessNameOf({ gateway: witness.gateway, root: witness.root.keyId });
  return note +
    await signedNote(witness.ledger!, (key) => cosignatureLine(checkpointText(checkpoint), name, key, atMs));
}

/** Notes are signed at once, keys sign when they are asked to: the first time tells what is to be signed. */
async function signedNote(key: LedgerKey, make: (signer: CheckpointSigner) => string): Promise<string> {
  let asked: Uint8Array = new Uint8Array();
  const { publicBytes } = key;
  make({ publicBytes, sign: (bytes) => (asked = bytes, new Uint8Array(64)) });
  const signature = await key.sign(asked);
  return make({ publicBytes, sign: () => signature });
}

async function signedBy({ hospital, registry }: Parties, payload: Uint8Array, outcome: string) {
  const pub: PublicPart = {
    v: 1,
    id: "0198c0de.0",
    from: hospital.gateway,
    ch: "lab/registry",
    ep: 1,
    seq: 7,
    iat: AT_MS + 5,
    exp: AT_MS + 3_600_000,
    cty: "application/hl7-v2",
    to: [{ gw: registry.gateway, kid: registry.encryption[0].keyId }],
  };
  const facts = await factsOf(payload);
  const statement = bytesOf(await signStatement(pub, facts, { signingKey: () => keyOf(hospital) }));
  const fail = (code: string): never => {
    throw new Error(code);
  };
  const receipt = await signReceipt(
    {
      statement: statementOf(pub),
      envelopeSha256: ENVELOPE,
      signedSha256: sha256(statement),
      payloadSha256: facts.sha256,
    },
    outcome === "accepted" ? { kind: "accepted" } : {
      kind: "rejected",
      error: { code: "ENGINE_PARTNER_UNEXPECTED" } as never,
    },
    { keys: { gateway: registry.gateway, signingKey: () => keyOf(registry) }, nowMs: AT_MS + 10 },
    fail,
  );
  return { statement, receipt };
}

function keyOf({ signing: [{ keyId, privateKey, algorithm }] }: Identity) {
  return { keyId, key: privateKey, algorithm: algorithm as SignatureAlgorithm };
}

/** Writes a pack to a folder that is not there yet. */
export async function writePack(folder: string, files: readonly EvidenceFile[]): Promise<void> {
  await Deno.mkdir(join(folder, "keys"), { recursive: true });
  for (const { name, bytes } of files) await Deno.writeFile(join(folder, name), bytes);
}

/** Writes evidence to a new folder in `parent`. */
export async function packed(parent: string, evidence: Evidence, name = "pack"): Promise<string> {
  const folder = join(parent, name);
  await writePack(folder, evidenceFiles(evidence));
  return folder;
}

/** Writes `evidence.json` anew over what is in a folder now, as somebody would who forges one. */
export async function relist(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const path = join(folder, "evidence.json");
  const index = JSON.parse(await Deno.readTextFile(path)) as {
    files: { name: string; bytes: number; sha256: string }[];
  };
  for (const file of index.files) {
    const bytes = files.get(file.name);
    if (bytes) Object.assign(file, { bytes: bytes.length, sha256: sha256(bytes) });
  }
  const { default: canonicalize } = await import("canonicalize");
  await Deno.writeTextFile(path, canonicalize(index)!);
}

/** What the outsider's script says and ends with. */
export interface Checked {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Starts the script as an outsider does. */
export async function check(folder: string, ...args: readonly string[]): Promise<Checked> {
  const { code, stdout, stderr } = await python.command([SCRIPT, folder, ...args], {
    stdout: "piped",
    stderr: "piped",
    env: { PYTHONIOENCODING: "utf-8" },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** `--root` for both. */
export async function rootsOf(parties: Parties): Promise<readonly string[]> {
  const all = await Promise.all(
    Object.values(parties).map(async (each: Identity) => `${each.gateway}=${await fingerprintOf(each)}`),
  );
  return all.flatMap((root) => ["--root", root]);
}

export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
