import listener from "../../../adapters/relay/listener.ts";
import sender from "../../../adapters/relay/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { World } from "../../../runtime/contract/world.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { answerTo, FakeIntake } from "../../world/fake_intake.ts";
import { openListener, openSender, worldWith } from "../../world/tools.ts";
import type { TestIdentity } from "./relay_identity.ts";

export const never = new AbortController().signal;
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A message whose receipt is what a fake intake says of it. */
export function parcelOf(message: string | Uint8Array, id = "1"): Parcel & { readonly judged: Uint8Array[] } {
  const bytes = typeof message === "string" ? bytesOf(message) : message;
  const judged: Uint8Array[] = [];
  return {
    id,
    bytes,
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: 0,
    value: () => "",
    judged,
    judge(answer): Outcome {
      judged.push(answer);
      if (textOf(answer) === textOf(answerTo(bytes))) return { kind: "accepted" };
      throw new MitralError("TEST_RECEIPT_FORGED", {
        blame: "sender",
        retry: "later",
        says: "Cannot take receipt: it is for another message",
      });
    },
  };
}

/** What two gateways have in common in a test, and where they differ from the usual. */
export interface PairWish {
  readonly servers: readonly string[];
  readonly us: TestIdentity;
  readonly them: TestIdentity;
  /** One for both, with a clock that stands still, where left out. */
  readonly world?: World;
  readonly clock?: FakeClock;
  readonly sending?: Partial<ConfigInput<typeof sender["config"]>>;
  readonly listening?: Partial<ConfigInput<typeof listener["config"]>>;
}

/** A gateway that sends, and one that takes what it sends; each calls the relay by itself. */
export async function pair({ servers, us, them, clock = new FakeClock(), ...wish }: PairWish) {
  const intake = new FakeIntake();
  const taking = await openListener(listener, { servers: [...servers], ...wish.listening }, {
    clock,
    intake,
    relay: them,
    world: wish.world ?? worldWith(clock),
  });
  const sending = await openSender(
    sender,
    { servers: [...servers], mailbox: them.mailbox, ...wish.sending },
    {
      clock,
      relay: us,
      world: wish.world ?? worldWith(clock),
    },
  );
  return {
    clock,
    intake,
    taking,
    sending,
    send: (message: string | Uint8Array, id?: string) => sending.sender.send(parcelOf(message, id), never),
    async [Symbol.asyncDispose]() {
      await sending[Symbol.asyncDispose]();
      await taking[Symbol.asyncDispose]();
    },
  };
}

/** The code a promise fails with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof MitralError) return error.code;
    throw error;
  }
  return "no error";
}
