import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import type { Delivery, Reply } from "../../runtime/contract/adapter.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { untilAborted } from "../../runtime/contract/signal.ts";
import type { Open } from "../_kit/files/opener.ts";
import { addressOf } from "../_kit/limits/network.ts";
import type { Rates } from "../_kit/limits/rate.ts";
import type { Drawer } from "./_drawer.ts";
import type { Item } from "./_item.ts";
import type { Tools } from "./_listener_spec.ts";
import { Refusal, STATUS } from "./_refusal.ts";
import type { Share } from "./_share.ts";

/** What a hand-over needs. */
export interface HandOverTools extends Pick<Tools, "config" | "intake" | "report" | "error"> {
  /** Opens what is encrypted or packed. */
  readonly open: Open;
  /** Of messages, by address. */
  readonly rates: Rates;
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
  try {
    const bytes = await drawer.read(item);
    const { partner } = drawer;
    const whole: Delivery = { bytes, peer, partner, key: keyOf(partner, as, item, bytes) };
    const contents = await opened(tools, whole, as);
    if (contents instanceof MitralError) return await untilAborted(intake.refuse(whole, contents), dropped);
    const [first] = contents;
    // What was made of the file counts as well, until the channel counts it.
    if (first?.bytes !== bytes) {
      await share.file(item.size + sizeOf(contents)).catch(() => refuse(stopped(tools)));
    }
    share.handed();
    return await offerAll(tools, contents);
  } finally {
    share.handed();
  }
}

const sizeOf = (contents: readonly Delivery[]) => contents.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** What is in a file: it, opened, or each of those packed in it; or why it cannot be opened. */
async function opened(
  { open }: HandOverTools,
  whole: Delivery,
  path: string,
): Promise<Delivery[] | MitralError> {
  try {
    const contents = await open(basename(path), whole.bytes as Uint8Array<ArrayBuffer>);
    return contents.map(({ bytes }, at) => ({
      ...whole,
      bytes,
      key: contents.length > 1 ? `${whole.key}.${at}` : whole.key!,
    }));
  } catch (cause) {
    if (cause instanceof MitralError) return cause;
    throw cause;
  }
}

/** One after the other; the reply is the worst of theirs. Whoever pushes again repeats those that were taken. */
async function offerAll(
  { intake, rates, stopping, dropped }: HandOverTools,
  contents: readonly Delivery[],
): Promise<Reply | undefined> {
  let worst: Reply = { outcome: { kind: "accepted" }, answer: null };
  for (const content of contents) {
    try {
      await rates.of(addressOf(content.peer))?.turn(stopping);
    } catch {
      return undefined;
    }
    const reply = await untilAborted(intake.receive(content), dropped);
    if (!reply || reply.outcome.kind === "failed") return reply;
    if (reply.outcome.kind === "rejected" || worst.outcome.kind === "accepted") worst = reply;
  }
  return worst;
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
