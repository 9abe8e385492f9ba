import { originOf, verifyCheckpoint } from "../../trust/ledger/checkpoint.ts";
import { verifyCosignature, witnessNameOf } from "../../trust/ledger/cosignature.ts";
import { parsePartnerFile, type Partner } from "../../trust/partner_file.ts";
import type { LedgerReader } from "./entries.ts";
import { errors } from "./errors.ts";
import type { KeyFile } from "./evidence_pack.ts";

/** Files of one gateway, as it has handed them out, newest first. */
export class HandedKeys {
  readonly gateway: string;
  readonly #files: readonly { readonly partner: Partner; readonly bytes: Uint8Array }[];
  readonly #needed = new Set<Uint8Array>();

  private constructor(
    gateway: string,
    files: readonly { readonly partner: Partner; readonly bytes: Uint8Array }[],
  ) {
    this.gateway = gateway;
    this.#files = files;
    // What was revoked since, the newest tells.
    if (files[0]) this.#needed.add(files[0].bytes);
  }

  /** Reads all that are kept of a gateway. */
  static async of(ledger: LedgerReader, gateway: string): Promise<HandedKeys> {
    const kept = await ledger.ask({ ask: "handedFiles", gateway });
    const files = await Promise.all(
      kept.map(async ({ bytes, serial }) => ({
        bytes,
        partner: await parsePartnerFile(bytes, `${gateway} (serial ${serial})`),
      })),
    );
    const root = files[0]?.partner.root.keyId;
    // One that was invited anew, with another root, is another gateway.
    return new HandedKeys(gateway, files.filter(({ partner }) => partner.root.keyId === root));
  }

  /** Files that are needed for what was looked for, newest first. */
  get needed(): readonly KeyFile[] {
    return this.#files.filter(({ bytes }) => this.#needed.has(bytes))
      .map(({ bytes }) => ({ gateway: this.gateway, bytes }));
  }

  /** The newest file with the key that it signed by. Errors: EVIDENCE_KEYS_MISSING. */
  mustHaveSigned(keyId: string): void {
    this.#need(({ signing }) => signing.some((key) => key.keyId === keyId)) ??
      errors.fail("EVIDENCE_KEYS_MISSING", { gateway: this.gateway });
  }

  /** The newest file with the ledger key that signed this head as its own. Errors: EVIDENCE_KEYS_MISSING. */
  mustHaveSignedHead(note: string): void {
    this.#need(({ ledger }) => ledger && verifyCheckpoint(note, ledger.publicBytes) !== undefined) ??
      errors.fail("EVIDENCE_KEYS_MISSING", { gateway: this.gateway });
  }

  /** When it has witnessed a head, in milliseconds; `undefined` where no file has the key, or it has not. */
  witnessed(note: string): number | undefined {
    return this.#need(({ ledger, root }) => {
      const name = witnessNameOf({ gateway: this.gateway, root: root.keyId });
      return ledger && verifyCosignature(note, name, ledger.publicBytes);
    });
  }

  /** Names under which it signs heads of an epoch: its own, and others'. */
  namesAt(epoch: number): readonly string[] {
    const root = this.#files[0]?.partner.root.keyId;
    if (root === undefined) return [];
    const named = { gateway: this.gateway, root };
    return [originOf({ ...named, epoch }), witnessNameOf(named)];
  }

  /** Keeps the newest file of which this is found, and returns it. */
  #need<T>(look: (partner: Partner) => T | undefined | false): T | undefined {
    for (const { partner, bytes } of this.#files) {
      const found = look(partner);
      if (found === undefined || found === false) continue;
      this.#needed.add(bytes);
      return found;
    }
    return undefined;
  }
}

/** A head with the signatures of these names alone. */
export function noteWith(note: string, names: readonly string[]): string {
  const end = note.indexOf("\n\n") + 2;
  const lines = note.slice(end).split("\n").slice(0, -1).filter((line) =>
    names.includes(line.split(" ")[1]!)
  );
  return note.slice(0, end) + lines.map((line) => `${line}\n`).join("");
}
