import type { Append, Branch, Process } from "../../../runtime/journal/operations.ts";
import type { HoldForReview } from "../../../runtime/journal/review/operations.ts";
import { Journal, type JournalObserver } from "../../../runtime/journal/journal.ts";
import type { OpenStore, Store } from "../../../runtime/journal/store.ts";
import type { World } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import type { MemoryStore } from "../../world/memory_store.ts";
import { worldWith } from "../../world/tools.ts";

const encoder = new TextEncoder();
let ids = 0;

/** An append with its bytes. */
export type SmallAppend = Append & { readonly body: Uint8Array };

/** A message to be appended; a new one with every call. */
export function appendOf(change: Partial<SmallAppend> = {}): SmallAppend {
  const number = ++ids;
  return {
    op: "append",
    id: `id-${String(number).padStart(8, "0")}`,
    channel: "lab",
    receivedAtMs: 1000 + number,
    origin: { adapter: "hand", peer: "here" },
    controlId: `C${number}`,
    type: "NOTE",
    sender: "S",
    contentType: "text/x-note",
    body: encoder.encode(`body ${number}`),
    ...change,
  };
}

/** A branch of a processed message. */
export function branchTo(destination: string, change: Partial<Branch> = {}): Branch {
  return {
    destination,
    part: 0,
    payload: null,
    contentType: "text/x-note",
    controlId: "C",
    keys: ["k"],
    isBuiltOn: false,
    ...change,
  };
}

/** The end of the work on a message. */
export function processOf(seq: number, branches: readonly Branch[], change: Partial<Process> = {}): Process {
  return {
    op: "process",
    seq,
    atMs: 3000,
    channel: "lab",
    found: [],
    branches,
    answers: false,
    state: [],
    stages: "",
    ...change,
  };
}

/** A document that is held for people. */
export function holdOf(seq: number, change: Partial<HoldForReview> = {}): HoldForReview {
  return {
    op: "holdForReview",
    seq,
    atMs: 4000,
    kind: "invoice",
    template: "plain_invoice",
    pages: 2,
    doubts: 3,
    below: 0.95,
    approvalsNeeded: 1,
    read: encoder.encode(`{"read":${seq}}`),
    found: [],
    stages: "parse 1.000",
    ...change,
  };
}

/** Why something is in quarantine. */
export const trouble = {
  code: "TEST_THING_BROKEN",
  blame: "sender",
  says: "Cannot go on: broken",
  atMs: 5000,
} as const;

/** Who does something to messages. */
export const by = { person: "ann", reason: "asked by the ward" } as const;

/** Hears nothing. */
export const deaf: JournalObserver = { begun: () => () => {}, committed() {}, weighed() {}, failed() {} };

/** A world without a disk: for a journal over a store in memory. */
export function bareWorld(): World {
  return worldWith(new FakeClock(), { disk: { ...denoWorld.disk, makeFolder: () => Promise.resolve() } });
}

/** Opens a journal over a store in memory, which says of itself what is given beside. */
export function journalOn(
  store: MemoryStore,
  observer: Partial<JournalObserver> = {},
  says: Pick<Store, "syncMs"> = {},
): Promise<Journal> {
  const open: OpenStore = async (world, folder) => ({ ...await store.openStore(world, folder), ...says });
  return Journal.open(bareWorld(), "/data", { ...deaf, ...observer }, open);
}
