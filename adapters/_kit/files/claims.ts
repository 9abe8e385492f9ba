import { join } from "node:path/posix";
import type { FileFacts } from "../../../runtime/contract/world.ts";
import type { InboxTools } from "./inbox_spec.ts";
import { removeIfThere } from "./put_away.ts";
import { reasonOf } from "./reason.ts";

/**
 * Which of several gateways on one folder takes a file: whoever makes its lock file. A lock that has not changed for
 * `lockMsMax` was left by one that is no more, and is taken away; how long that is, our own clock says, not the other
 * machine's. Where two take one away at the same moment, both may read the file: it is taken at least once, as ever.
 */
export class Claims {
  readonly #tools: InboxTools;
  /** Locks of others, as they were first seen. */
  readonly #others = new Map<string, { readonly facts: FileFacts; readonly sinceMs: number }>();

  constructor(tools: InboxTools) {
    this.#tools = tools;
  }

  /** By its path from the watched folder. What lets a file go again; `undefined` where another has it. */
  async claim(name: string): Promise<(() => Promise<void>) | undefined> {
    const { config: { path, lock }, folder, world: { random } } = this.#tools;
    if (lock === undefined) return () => Promise.resolve();
    const at = name + lock;
    try {
      await folder.write(join(path, at), random.bytes(16), { mode: 0o644, mustBeNew: true });
    } catch (cause) {
      if (reasonOf(cause) !== "EEXIST") throw cause;
      await this.#look(at);
      return undefined;
    }
    this.#others.delete(at);
    return () => removeIfThere(folder, join(path, at)).catch(() => {});
  }

  /** Forgets locks of files that are gone. */
  forgetOthers(present: ReadonlySet<string>): void {
    for (const at of this.#others.keys()) if (!present.has(at)) this.#others.delete(at);
  }

  async #look(at: string): Promise<void> {
    const { config: { path, lockMsMax }, folder, world: { clock }, report } = this.#tools;
    const facts = await folder.facts(join(path, at));
    const known = this.#others.get(at), nowMs = clock.elapsedMs();
    if (!facts) {
      this.#others.delete(at);
    } else if (!known || known.facts.size !== facts.size || known.facts.modifiedMs !== facts.modifiedMs) {
      this.#others.set(at, { facts, sinceMs: nowMs });
    } else if (nowMs - known.sinceMs >= lockMsMax) {
      this.#others.delete(at);
      report({ name: "lockBroken" });
      await removeIfThere(folder, join(path, at));
    }
  }
}
