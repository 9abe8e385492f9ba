import { basename, dirname, join, parse } from "node:path/posix";
import type { OpenSender, Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { Appending } from "./appending.ts";
import { type NameTemplate, nameTemplate } from "./name_template.ts";
import type { OutboxTools } from "./outbox_spec.ts";
import { reasonOf } from "./reason.ts";
import { type Sealer, sealerOf } from "./sealer.ts";

/** Opens a sender of files. Errors: TEMPLATE_INVALID, CIPHER_KEY_UNREADABLE, CIPHER_KEY_INVALID. */
export async function openFileSender(tools: OutboxTools): Promise<OpenSender> {
  return new FileSender(tools, nameTemplate(tools), await sealerOf(tools));
}

/**
 * Writes each message to a folder as a file of its own, which appears under its name only when all of it is safe. A
 * crash after that and before the outcome is stored means another attempt: where the name holds `{id}` or `{sequence}`,
 * the same content under the same name then counts as written. Without them it may be another message's, and it is
 * written again. What is encrypted is never the same twice: there `{id}` and the size have to do.
 */
class FileSender implements OpenSender {
  readonly #tools: OutboxTools;
  readonly #template: NameTemplate;
  readonly #sealer: Sealer;
  readonly #mode: number;
  readonly #appending: Appending | undefined;
  #closed = false;

  constructor(tools: OutboxTools, template: NameTemplate, sealer: Sealer) {
    this.#tools = tools;
    this.#template = template;
    this.#sealer = sealer;
    this.#mode = parseInt(tools.config.mode, 8);
    this.#appending = tools.config.append ? new Appending(tools, this.#mode) : undefined;
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    if (this.#closed) this.#tools.words.fail("SENDER_CLOSED");
    const name = this.#template.nameOf(parcel);
    await givenUpOn(
      signal,
      this.#appending ? this.#add(parcel, name, this.#appending) : this.#put(parcel, name),
    );
    return { kind: "accepted" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
  }

  async #add({ id, bytes, replays = 0 }: Parcel, name: string, appending: Appending): Promise<void> {
    const added = await this.#sealer.seal(appending.separated(bytes));
    // What a person sends again is to be there again.
    const of = `${id} ${replays}`;
    await appending.add(ending(name, this.#sealer.ending), added, of).catch((cause) => this.#failed(cause));
  }

  async #put({ bytes }: Parcel, name: string): Promise<void> {
    const { config: { collision, path, marker }, folder, words } = this.#tools;
    const sealed = await this.#sealer.seal(bytes);
    for (const candidate of collision === "number" ? numbered(name) : [name]) {
      const at = join(path, ending(candidate, this.#sealer.ending));
      if (!await this.#writeAs(sealed, at)) continue;
      if (marker === undefined) return;
      return await folder.write(at + marker, new Uint8Array(), { mode: this.#mode })
        .catch((cause) => this.#failed(cause));
    }
    words.fail("NAME_TAKEN");
  }

  /** True once the content is safe under the name; false where other content is. */
  async #writeAs(bytes: Uint8Array, path: string): Promise<boolean> {
    const { folder } = this.#tools;
    const mustBeNew = this.#tools.config.collision !== "replace";
    try {
      const isTaken = await folder.facts(path) !== undefined;
      if (isTaken && await this.#isWritten(path, bytes)) return true;
      if (isTaken && mustBeNew) return false;
      await folder.write(path, bytes, { mode: this.#mode, mustBeNew, ...this.#aside(path) });
      return true;
    } catch (cause) {
      // Somebody was faster. Theirs is looked at by the next attempt.
      if (mustBeNew && reasonOf(cause) === "EEXIST") return false;
      return await this.#failed(cause);
    }
  }

  #aside(path: string): { readonly aside?: string } {
    const { aside } = this.#tools.config;
    return aside === undefined
      ? {}
      : { aside: join(dirname(path), aside.replace("{name}", () => basename(path))) };
  }

  /** True where an earlier attempt has written this very message, and a power cut cannot undo it. */
  async #isWritten(path: string, bytes: Uint8Array): Promise<boolean> {
    const { folder } = this.#tools;
    const { uniqueBy } = this.#template, { isSealing } = this.#sealer;
    if (uniqueBy === undefined || isSealing && uniqueBy !== "id") return false;
    const facts = await folder.facts(path);
    const slack = isSealing ? SEALED_SLACK : 0;
    if (facts?.kind !== "file" || Math.abs(facts.size - bytes.length) > slack) return false;
    if (!isSealing && !await this.#holds(path, bytes)) return false;
    // The earlier attempt may have ended before the folder was synced: moving a file to where it is does just that.
    await folder.rename(path, path);
    return true;
  }

  async #holds(path: string, bytes: Uint8Array): Promise<boolean> {
    let at = 0;
    for await (const piece of this.#tools.folder.read(path, 0, NEVER)) {
      if (!piece.every((byte, index) => byte === bytes[at + index])) return false;
      at += piece.length;
    }
    return at === bytes.length;
  }

  async #failed(cause: unknown): Promise<never> {
    if (cause instanceof MitralError) throw cause;
    const { config: { path }, folder, words: { fail } } = this.#tools;
    const reason = reasonOf(cause);
    if (reason === "ENOSPC" || reason === "EDQUOT") fail("DISK_FULL", { reason }, cause);
    const place = await folder.facts(path).catch(() => null);
    if (place === undefined) fail("FOLDER_MISSING", {}, cause);
    return fail("WRITE_FAILED", { reason }, cause);
  }
}

/** OpenPGP writes its numbers without the zeros in front: of a few hundred sealings of the same one is shorter. */
const SEALED_SLACK = 8;

/** A write goes on to its end whoever waits for it: see {@linkcode givenUpOn}. */
const NEVER = new AbortController().signal;

function ending(name: string, added: string): string {
  return name.endsWith(added) ? name : name + added;
}

/** The name itself, then `lab-2.hl7`, `lab-3.hl7` and on, as far as anybody lets a folder fill up. */
function* numbered(name: string): Iterable<string> {
  yield name;
  const { name: stem, ext } = parse(name);
  for (let number = 2; number <= NUMBERS_MAX; number++) yield `${stem}-${number}${ext}`;
}

const NUMBERS_MAX = 9_999;

/** Waits for work, but no longer than until `signal`. A write cannot be called back: it ends on its own, whole or not at all. */
function givenUpOn(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
