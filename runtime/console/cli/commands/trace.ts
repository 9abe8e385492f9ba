import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, momentText, plural } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples } from "../session.ts";
import { table } from "../table.ts";
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
    ...stages.map(({ stage, tookMs }) => ["", stage, tookText(tookMs)]),
    ...later.map(({ atMs, event, code = "" }) => [momentText(atMs), event, code]),
    ...handedOnTo.map(({ channel, id }) => ["", "handed on", `to ${channel} as ${id}`]),
  ];
  return [
    [title, ...why].join("\n") + "\n",
    table(["time", "step", "what"], rows, paint),
    ...deliveries.map((delivery) => deliveryText(delivery, paint)),
  ].join("\n");
}

function fromText({ origin, bytes }: Trace): string {
  const { adapter, peer, partner } = origin;
  const from = adapter === "channel" ? `channel ${peer}` : `${adapter} ${peer}`;
  return `from ${from}${partner === undefined ? "" : `, partner ${partner}`}, ${bytesText(bytes)}`;
}

function deliveryText(delivery: TracedDelivery, paint: Paint): string {
  const { destination, state, attempts, batch, tookMs, trouble, history } = delivery;
  const took = tookMs === undefined ? "" : ` after ${tookText(tookMs)}`;
  const within = batch === undefined ? "" : `, in the batch ${batch}`;
  const title = `→ ${paint.bold(plain(destination))}: ${said(state, paint)}${took}, ${
    plural(attempts, "attempt")
  }${plain(within)}`;
  const why = trouble === undefined ? [] : [`  ${paint.bad(trouble.code)} ${plain(trouble.says)}`];
  const rows = history.map(({ atMs, event, code = "" }) => [momentText(atMs), event, code]);
  const what = rows.length === 0 ? "" : table(["time", "step", "what"], rows, paint);
  return [title, ...why].join("\n") + "\n" + what;
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

/** `0.05 ms`, `322 ms`, `12.4 s`: stages are fast, partners are not. */
function tookText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toFixed(2))} ms`;
}
