import type { Archive } from "../journal/records.ts";
import type { GatewayEvent } from "./events.ts";
import type { FinalOutcome, RunningGateway } from "./gateway_api.ts";
import { limits } from "./limits.ts";
import { troubleOf } from "./trouble.ts";

/** What {@linkcode RunningGateway.outcomes} promises, made of a gateway's events; empty where it is closed already. */
export function outcomesOf(
  gateway: Pick<RunningGateway, "archive" | "observe">,
  { channel, waitingMax = limits.outcomesWaitingMax }: { channel?: string; waitingMax?: number },
  isClosed: boolean,
): ReadableStream<FinalOutcome> {
  const waiting: FinalOutcome[] = [];
  let missed = 0;
  let isOver = isClosed;
  let wake = () => {};
  const stopObserving = gateway.observe((event) => {
    if (event.name === "gatewayStopped") end();
    if (!isEnding(event) || (channel !== undefined && event.channel !== channel)) return;
    if (waiting.length >= waitingMax) {
      waiting.shift();
      missed++;
    }
    waiting.push(outcomeOf(event, gateway));
    wake();
  });
  function end() {
    isOver = true;
    stopObserving();
    wake();
  }
  if (isClosed) end();

  return new ReadableStream<FinalOutcome>({
    async pull(controller) {
      if (waiting.length === 0 && !isOver) await new Promise<void>((resolve) => wake = resolve);
      const next = waiting.shift();
      if (next) controller.enqueue({ ...next, missed });
      else controller.close();
      missed = 0;
    },
    cancel() {
      waiting.length = 0;
      end();
    },
    // What waits, waits in the list above, where the oldest can be dropped.
  }, { highWaterMark: 0 });
}

/** The events that are the end of a message, at a destination or as a whole. */
type Ending = Extract<
  GatewayEvent,
  {
    name:
      | "messageDelivered"
      | "messageHandedOn"
      | "messageFiltered"
      | "messageQuarantined"
      | "messageCancelled";
  }
>;

const ENDINGS: ReadonlySet<string> = new Set<Ending["name"]>([
  "messageDelivered",
  "messageHandedOn",
  "messageFiltered",
  "messageQuarantined",
  "messageCancelled",
]);

function isEnding(event: GatewayEvent): event is Ending {
  return ENDINGS.has(event.name);
}

function outcomeOf(event: Ending, gateway: Pick<RunningGateway, "archive">): FinalOutcome {
  const { id, channel, destination = "", atMs } = event;
  const base = { id, channel, atMs, missed: 0, answers: () => answersTo(id, destination, gateway.archive) };
  const where = event.destination === undefined ? {} : { destination };
  switch (event.name) {
    case "messageDelivered":
      return { ...base, kind: "delivered", destination, attempt: event.attempt, tookMs: event.tookMs };
    case "messageHandedOn":
      return { ...base, kind: "handedOn", destination, to: event.to };
    case "messageFiltered":
      return { ...base, kind: "filtered", ...where };
    case "messageCancelled":
      return { ...base, kind: "cancelled", ...where };
    case "messageQuarantined":
      return { ...base, kind: "quarantined", ...where, trouble: troubleOf(event.error, atMs) };
  }
}

async function answersTo(id: string, destination: string, archive: Archive): Promise<readonly Uint8Array[]> {
  const payloads = (await archive.show(id))?.payloads ?? [];
  return payloads.flatMap((payload) =>
    payload.destination === destination && payload.answer ? [payload.answer] : []
  );
}
