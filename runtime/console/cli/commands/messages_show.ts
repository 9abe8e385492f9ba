import type { DeliveryRecord, Trouble } from "../../../journal/records.ts";
import type { ShownMessage } from "../../control/protocol.ts";
import type { Format } from "../../../contract/format.ts";
import { type Body, hasPaths } from "../../../contract/message.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { formatOf } from "../components.ts";
import { stepsOf, stepText } from "../doctor/step.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, plural, timeText } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain, plainLines } from "../plain.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { shortPath } from "../short_path.ts";
import { runsOf, timesText } from "../runs.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { waitingText } from "../waiting_text.ts";

interface ShowOptions extends GatewayOptions, ReasonOption {
  readonly content?: boolean;
  readonly values?: boolean;
  readonly json?: boolean;
}

/** `mitral messages show` */
export const addShow: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("show <id>")), "wanted")
    .description("facts and history of one message; its id may be shortened")
    .option("--content", "show the message itself too: PATIENT DATA; the gateway records who asked")
    .option("--values", "show its values one by one, with their names: PATIENT DATA, as --content")
    .option("--json", "print the record as JSON, bytes as base64")
    .addHelpText("after", examples("mitral messages show 0192f0c1"))
    .action(session.act(async (id: string, options: ShowOptions) => {
      const { values = false, content = values } = options;
      const found = await ask(session, options, "messages.show", { id, content, reason: options.reason }) ??
        errors.fail("CONSOLE_MESSAGE_UNKNOWN");
      if (options.json) session.printJson(found);
      else {
        const { paint, terminal } = session;
        const format = values ? await formatOf(session, found.contentType) : undefined;
        const content = await contentText(found, format, paint);
        terminal.out(factsText(found, paint) + content + await verdictText(found, session));
      }
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
    const { atMs, event, destination = "", code = "", person = "", reason = "" } = first;
    const until = count > 1 ? `${code} until ${timeText(last.atMs)}`.trimStart() : code;
    return [timeText(atMs), timesText(event, count), destination, until, person, reason];
  });
  const waiting = (message.waiting ?? []).map((each) => [each.destination, waitingText(each)]);
  const hasPeople = message.history.some(({ person }) => person !== undefined);
  const headings = hasPeople ? [...historyHeadings, ...personHeadings] : historyHeadings;
  return lines + section(deliveryHeadings, message.deliveries.map(delivery), paint) +
    section(waitingHeadings, waiting, paint) +
    section(receiptHeadings, message.receipts.map(receipt), paint) +
    section(headings, history.map((row) => row.slice(0, headings.length)), paint);
}

const deliveryHeadings = ["destination", "state", ">attempts", "settled", "trouble"];
const receiptHeadings = ["receipt", "signed by", "at", "says", "key"];
const waitingHeadings = ["destination", "waits for"];
const historyHeadings = ["time", "event", "destination", "code"];
const personHeadings = ["person", "reason"];

type Happening = ShownMessage["history"][number];

function isAlike(a: Happening, b: Happening): boolean {
  return a.event === b.event && a.destination === b.destination && a.code === b.code &&
    a.person === b.person && a.reason === b.reason;
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

/** A partner's for what went to a destination, or ours for what came. */
function receipt({ destination, by, atMs, verdict, code, keyId }: ShownMessage["receipts"][number]): Cell[] {
  const says = code === undefined ? verdict : `${verdict}: ${code}`;
  const tone = verdict === "accepted" ? "good" : "bad";
  return [destination ?? "(ours)", by, timeText(atMs), { text: says, tone }, keyId];
}

function troubleText(trouble: Trouble | undefined): string {
  return trouble === undefined ? "" : `: ${trouble.code} ${trouble.says}`;
}

/** What was received and sent, as it is or, by a format that reads it, value by value. */
async function contentText(
  { received, payloads = [] }: ShownMessage,
  format: Format | undefined,
  paint: Paint,
): Promise<string> {
  if (received === undefined) return "";
  const part = async (title: string, bytes: Uint8Array) => {
    const text = await valuesText(bytes, format, paint) ?? plainLines(new TextDecoder().decode(bytes));
    return `\n${paint.bold(plain(title))} (${plural(bytes.length, "byte")})\n${text.replace(/\n$/, "")}\n`;
  };
  const parts = [await part("received", received)];
  for (const { destination, bytes, answer, before } of payloads) {
    if (before) parts.push(await part(`payload for ${destination}, before it was corrected`, before));
    parts.push(await part(`payload for ${destination}`, bytes));
    if (answer) parts.push(await part(`answer of ${destination}`, answer));
  }
  return parts.join("");
}

/** What its adapter finds wrong with the bytes of a message in quarantine. */
async function verdictText(
  { state, origin, received }: ShownMessage,
  { outside, paint }: Session,
): Promise<string> {
  const { listeners } = outside.catalog;
  if (state !== "quarantined" || received === undefined || !Object.hasOwn(listeners, origin.adapter)) {
    return "";
  }
  const findings = (await listeners[origin.adapter]()).examine?.(received, "message") ?? [];
  if (findings.length === 0) return "";
  const steps = stepsOf(findings, received).map((step) => stepText(step, paint));
  return `\n${paint.bold("what is wrong with the bytes")}\n${steps.join("\n")}\n`;
}

/** A line a value: its path, what the field calls it, and itself. `undefined` where no format reads it so. */
async function valuesText(
  bytes: Uint8Array,
  format: Format | undefined,
  paint: Paint,
): Promise<string | undefined> {
  const body = format && bodyOf(bytes, format);
  if (!body || !hasPaths(body)) return undefined;
  const rows: Cell[][] = [];
  for (const [path, value] of body.leaves()) {
    rows.push([
      shortPath(path, format.name),
      await format.describePath(path, body) ?? "",
      value.slice(0, VALUE_CHARACTERS_MAX),
    ]);
  }
  return table(["path", "name", "value"], rows, paint);
}

/** A payload may be of another format than what was received, and an answer broken. */
function bodyOf(bytes: Uint8Array, format: Format): Body | undefined {
  try {
    return format.parse(bytes);
  } catch {
    return undefined;
  }
}

/** A document within a message says nothing in a table. */
const VALUE_CHARACTERS_MAX = 200;
