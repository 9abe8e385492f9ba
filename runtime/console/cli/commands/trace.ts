import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, latencyText, momentText, plural } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { countedText, runsOf, timesText } from "../runs.ts";
import { type AddCommand, examples } from "../session.ts";
import { table } from "../table.ts";
import { waitingText } from "../waiting_text.ts";
import { type Trace, type TracedDelivery, traceOf } from "../trace.ts";

interface TraceOptions extends GatewayOptions {
  readonly json?: boolean;
}

/** `mitral trace` */
export const addTrace: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("trace <id>"))
    .description("one message through every stage and destination, with times; its id may be shortened")
    .option("--json", "print the way as JSON")
    .addHelpText("after", examples("mitral trace 0192f0c1"))
    .action(session.act(async (id: string, options: TraceOptions) => {
      const found = await ask(session, options, "messages.show", { id, content: false }) ??
        errors.fail("CONSOLE_MESSAGE_UNKNOWN");
      const trace = traceOf(found);
      if (options.json) session.printJson(trace);
      else session.terminal.out(traceText(trace, session.paint));
      return exitCodes.ok;
    }));
};

type Tone = "good" | "warn" | "bad";

function traceText(trace: Trace, paint: Paint): string {
  const { id, channel, type, controlId, state, trouble, stages, history, deliveries, handedOnTo = [] } =
    trace;
  const named = [type, controlId].filter((word) => word !== "").join(" ");
  const title = `${paint.bold(plain(id))} ${plain(`${named} in ${channel}: `)}${said(state, paint)}`;
  const why = trouble === undefined ? [] : [`  ${paint.bad(trouble.code)} ${plain(trouble.says)}`];
  const [received, ...later] = history;
  const rows = [
    [momentText(received?.atMs ?? trace.receivedAtMs), "received", fromText(trace)],
    ...stages.map(({ stage, tookMs }) => ["", stage, latencyText(tookMs)]),
    ...later.map(({ atMs, event, code = "" }) => [momentText(atMs), event, code]),
    ...handedOnTo.map(({ channel, id }) => ["", "handed on", `to ${channel} as ${id}`]),
  ];
  return [
    [title, ...why].join("\n") + "\n",
    table(["time", "step", "what"], rows, paint),
    ...[...Map.groupBy(deliveries, ({ destination }) => destination).values()]
      .map((parts) => destinationText(parts, trace.waiting, paint)),
  ].join("\n");
}

function fromText({ origin, bytes }: Trace): string {
  const { adapter, peer, partner } = origin;
  const from = adapter === "channel" ? `channel ${peer}` : `${adapter} ${peer}`;
  return `from ${from}${partner === undefined ? "" : `, partner ${partner}`}, ${bytesText(bytes)}`;
}

/** One destination with what went there: the message, or several parts of it. */
function destinationText(
  parts: readonly TracedDelivery[],
  waiting: Trace["waiting"],
  paint: Paint,
): string {
  const [{ destination }] = parts;
  const tries = parts.reduce((sum, { attempts }) => sum + attempts, 0);
  const became = parts.length === 1
    ? deliveryText(parts[0], paint)
    : `${plural(parts.length, "part")}, ${countedText(parts.map(({ state }) => state))}`;
  const batches = countedText(parts.flatMap(({ batch }) => batch ?? []));
  const within = batches === "" ? "" : `, in the batch ${batches}`;
  const title = `→ ${paint.bold(plain(destination))}: ${became}, ${plural(tries, "attempt")}${plain(within)}`;
  const troubles = parts.flatMap(({ trouble }) => trouble ?? []);
  const why = runsOf(troubles, (a, b) => a.code === b.code)
    .map(({ first: { code, says }, count }) => `  ${paint.bad(timesText(code, count))} ${plain(says)}`);
  const waits = new Set(waiting.filter((each) => each.destination === destination).map(waitingText));
  for (const text of waits) why.push(`  waits for ${plain(text)}`);
  const history = parts.flatMap(({ history }) => history);
  const runs = runsOf(history, (a, b) => a.event === b.event && a.code === b.code);
  const rows = runs.map(({ first: { atMs, event, code = "" }, last, count }) => [
    momentText(atMs),
    timesText(event, count),
    count === 1 ? code : `${code} until ${momentText(last.atMs)}`.trimStart(),
  ]);
  const what = rows.length === 0 ? "" : table(["time", "step", "what"], rows, paint);
  return [title, ...why].join("\n") + "\n" + what;
}

function deliveryText({ state, tookMs }: TracedDelivery, paint: Paint): string {
  return said(state, paint) + (tookMs === undefined ? "" : ` after ${latencyText(tookMs)}`);
}

function said(state: string, paint: Paint): string {
  const tones: Readonly<Record<string, Tone>> = {
    quarantined: "bad",
    delivered: "good",
    processed: "good",
    queued: "warn",
    gathering: "warn",
  };
  const tone = tones[state];
  return tone ? paint[tone](state) : state;
}
