import type { DeliveryRecord, Trouble } from "../../../journal/records.ts";
import type { ShownMessage } from "../../control/protocol.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, plural, timeText } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain, plainLines } from "../plain.ts";
import { runsOf, timesText } from "../runs.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";

interface ShowOptions extends GatewayOptions {
  readonly content?: boolean;
  readonly json?: boolean;
}

/** `mitral messages show` */
export const addShow: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("show <id>"))
    .description("facts and history of one message; its id may be shortened")
    .option("--content", "show the message itself too: PATIENT DATA; the gateway logs who asked")
    .option("--json", "print the record as JSON, bytes as base64")
    .addHelpText("after", examples("mitral messages show 0192f0c1"))
    .action(session.act(async (id: string, options: ShowOptions) => {
      const found = await ask(session, options, "messages.show", { id, content: options.content ?? false }) ??
        errors.fail("CONSOLE_MESSAGE_UNKNOWN");
      if (options.json) session.printJson(found);
      else session.terminal.out(factsText(found, session.paint) + contentText(found, session.paint));
      return exitCodes.ok;
    }));
};

function factsText(message: ShownMessage, paint: Paint): string {
  const { id, channel, receivedAtMs, origin, controlId, type, contentType, bytes, state, whole, trouble } =
    message;
  const partner = origin.partner === undefined ? "" : `, partner ${origin.partner}`;
  const facts: [string, string][] = [
    ["id", id],
    ["channel", channel],
    ["received", timeText(receivedAtMs)],
    ["from", `${origin.adapter} ${origin.peer}${partner}`],
    ["control id", controlId],
    ["type", type],
    ["content", `${contentType}, ${bytesText(bytes)}`],
    ["state", (whole === undefined ? state : `${state} in ${whole}`) + troubleText(trouble)],
  ];
  const lines = facts.map(([name, value]) => `${paint.faint(name.padEnd(11))} ${plain(value)}\n`).join("");
  const history = runsOf(message.history, isAlike).map(({ first, last, count }) => {
    const { atMs, event, destination = "", code = "" } = first;
    const until = count > 1 ? `${code} until ${timeText(last.atMs)}`.trimStart() : code;
    return [timeText(atMs), timesText(event, count), destination, until];
  });
  return lines + section(deliveryHeadings, message.deliveries.map(delivery), paint) +
    section(historyHeadings, history, paint);
}

const deliveryHeadings = ["destination", "state", ">attempts", "settled", "trouble"];
const historyHeadings = ["time", "event", "destination", "code"];

type Happening = ShownMessage["history"][number];

function isAlike(a: Happening, b: Happening): boolean {
  return a.event === b.event && a.destination === b.destination && a.code === b.code;
}

/** A table with a line before it; nothing where it would be empty. */
function section(headings: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  return rows.length === 0 ? "" : `\n${table(headings, rows, paint)}`;
}

function delivery({ destination, state, attempts, batch, settledAtMs, trouble }: DeliveryRecord): Cell[] {
  const settled = settledAtMs === undefined ? "" : timeText(settledAtMs);
  const tone = state === "quarantined" ? "bad" : state === "delivered" ? "good" : "warn";
  const text = batch === undefined ? state : `${state} in ${batch}`;
  return [destination, { text, tone }, attempts, settled, troubleText(trouble).replace(/^: /, "")];
}

function troubleText(trouble: Trouble | undefined): string {
  return trouble === undefined ? "" : `: ${trouble.code} ${trouble.says}`;
}

function contentText({ received, payloads = [] }: ShownMessage, paint: Paint): string {
  if (received === undefined) return "";
  const parts = [part("received", received, paint)];
  for (const { destination, bytes, answer } of payloads) {
    parts.push(part(`payload for ${destination}`, bytes, paint));
    if (answer) parts.push(part(`answer of ${destination}`, answer, paint));
  }
  return parts.join("");
}

function part(title: string, bytes: Uint8Array, paint: Paint): string {
  const text = plainLines(new TextDecoder().decode(bytes)).replace(/\n$/, "");
  return `\n${paint.bold(plain(title))} (${plural(bytes.length, "byte")})\n${text}\n`;
}
