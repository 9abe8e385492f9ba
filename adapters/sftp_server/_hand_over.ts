import { createHash } from "node:crypto";
import type { Delivery, Reply } from "../../runtime/contract/adapter.ts";
import { untilAborted } from "../../runtime/contract/signal.ts";
import type { Drawer } from "./_drawer.ts";
import type { Item } from "./_item.ts";
import type { Tools } from "./_listener_spec.ts";
import { Refusal, STATUS } from "./_refusal.ts";
import type { Share } from "./_share.ts";

/** What a hand-over needs. */
export interface HandOverTools extends Pick<Tools, "config" | "intake" | "report" | "error"> {
  /** Aborted: nothing more is handed over. */
  readonly stopping: AbortSignal;
  /** Aborted: nobody waits any longer for the channel's reply. */
  readonly dropped: AbortSignal;
  /** The session's share of the memory. */
  readonly share: Share;
}

/**
 * Hands a file over that is whole, and resolves once its partner may be told so: the channel has it as its `acknowledge`
 * promises. It then shows under the path `as`. Throws a `Refusal` where it was not taken; the file is then gone where it
 * was refused for what it is and `refused: remove` says so, and else where it was.
 */
export async function handOver(
  tools: HandOverTools,
  { drawer, item, peer, as }: {
    readonly drawer: Drawer;
    readonly item: Item;
    readonly peer: string;
    readonly as: string;
  },
): Promise<void> {
  const { config, report } = tools;
  const { partner } = drawer;
  const { size } = item;
  await drawer.claim(item);
  try {
    const reply = await offer(tools, drawer, item, peer, as);
    const { outcome } = reply ?? refuse(stopped(tools));
    if (outcome.kind === "accepted" || outcome.kind === "filtered") {
      await drawer.taken(item, as);
      return report({ name: "uploadTaken", facts: { partner, bytes: size } });
    }
    if (outcome.kind === "rejected" && config.refused === "remove") await drawer.drop(item);
    throw new Refusal(STATUS.FAILURE, outcome.error);
  } finally {
    drawer.leave(item);
  }
}

async function offer(
  tools: HandOverTools,
  drawer: Drawer,
  item: Item,
  peer: string,
  as: string,
): Promise<Reply | undefined> {
  const { intake, stopping, dropped, share } = tools;
  try {
    await intake.opened(stopping);
    await share.file(item.size);
  } catch {
    throw stopped(tools);
  }
  const bytes = await drawer.read(item).finally(() => share.handed());
  const { partner } = drawer;
  const delivery: Delivery = { bytes, peer, partner, key: keyOf(partner, as, item, bytes) };
  return await untilAborted(intake.receive(delivery), dropped);
}

/**
 * Of one name, one content, and one time where the partner says it: who did not hear that a file was taken, and pushes it
 * again, pushes the same.
 */
function keyOf(partner: string, path: string, { datedMs = 0 }: Item, bytes: Uint8Array): string {
  const head = JSON.stringify([partner, path, datedMs, bytes.length]);
  return createHash("sha256").update(head).update(bytes).digest("base64url");
}

function stopped({ error }: Pick<Tools, "error">): Refusal {
  return new Refusal(STATUS.FAILURE, error("SFTP_SERVER_STOPPED"));
}

function refuse(refusal: Refusal): never {
  throw refusal;
}
