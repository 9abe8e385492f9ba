import { join } from "node:path";
import { findMasterKey } from "../../runtime/trust/master_key.ts";
import { Blinds } from "../../runtime/journal/blinds.ts";
import type { Appended } from "../../runtime/journal/operations.ts";
import { sqliteStore } from "../../runtime/journal/store.ts";
import { messageIds } from "../../runtime/engine/message_id.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { writeMasterKey } from "../world/master_key.ts";
import { controlIdOf, message } from "./load.ts";

/** Messages of one commit. */
const BATCH = 2048;
/** Those that are sent have other numbers. */
const FIRST = 600_000_000;
const TYPE = "ORU^R01";
const CONTENT_TYPE = "x-application/hl7-v2+er7";

let filled = 0;

/**
 * Lets the outbox of a destination of the channel `feed` grow, in the data folder of a gateway that does not run: as if its
 * messages had come, and been worked on, while the peer was away. Through the journal's own writer, in commits of many.
 */
export async function fill(folder: string, destination: string, count: number): Promise<void> {
  await Deno.mkdir(join(folder, "data"), { recursive: true, mode: 0o700 });
  await writeMasterKey(folder);
  const masterKey = await findMasterKey({
    disk: denoWorld.disk,
    env: () => undefined,
    file: join(folder, "master.key"),
  });
  const store = await sqliteStore(masterKey)(denoWorld, join(folder, "data"));
  const blinds = new Blinds(store.indexKey);
  const keys = Array.from({ length: 500 }, (_, at) => blinds.key(`${4000 + at}`));
  const newId = messageIds(denoWorld);
  const receivedAtMs = denoWorld.clock.nowMs();
  const facts = { channel: "feed", receivedAtMs, contentType: CONTENT_TYPE };
  const first = FIRST + filled;
  filled += count;
  let processed: Promise<unknown> = Promise.resolve();
  for (let done = 0; done < count; done += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - done) }, (_, at) => first + done + at);
    const appended = await store.commit(numbers.map((number) => ({
      op: "append",
      ...facts,
      id: newId(),
      origin: { adapter: "mllp", peer: "127.0.0.1:50000" },
      controlId: controlIdOf(number),
      type: TYPE,
      sender: "LAB",
      body: message(number).slice(1, -2),
      sameness: { kind: "exact", windowMs: 86_400_000 },
      answered: "positively",
    }))) as readonly Appended[];
    // Beside the next: the writer is never idle.
    await processed;
    processed = store.commit(numbers.map((number, at) => ({
      op: "process",
      atMs: receivedAtMs,
      ...facts,
      seq: appended[at].seq,
      found: [],
      branches: [{
        destination,
        part: 0,
        payload: null,
        contentType: CONTENT_TYPE,
        controlId: controlIdOf(number),
        keys: [keys[number % keys.length]],
        isBuiltOn: false,
      }],
      answers: false,
      state: [],
      stages: "",
    })));
  }
  await processed;
  await store.close();
}
