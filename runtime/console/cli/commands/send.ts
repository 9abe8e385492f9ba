import { Option } from "commander";
import type { Format } from "../../../contract/format.ts";
import { adapterConfigOf, adapterTools, hl7v2, load } from "../components.ts";
import { pagedTypeOf } from "../doctor/paged_document.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { kindOf } from "../explain.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { plain } from "../plain.ts";
import { noProgress, openProgress } from "../progress.ts";
import {
  type OutgoingMessage,
  readMessage,
  readWhole,
  repeated,
  sendMessages,
  type SendResult,
} from "../send_messages.ts";
import { SendReport, summaryText } from "../send_report.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { splitMessages, withSegmentEnds } from "../split_messages.ts";
import { addTlsOptions, type TlsOptions, tlsSetting } from "../tls_options.ts";
import { type Address, integerReader, readPeer } from "../values.ts";

interface SendOptions extends TlsOptions {
  readonly count?: number;
  readonly connections: number;
  readonly answerMs: number;
  readonly applicationMs: number;
  readonly release: number;
  readonly whole?: boolean;
  readonly verbatim?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** `mitral send` */
export const addSend: AddCommand = (parent, session) => {
  const command = parent.command("send")
    .argument("<host:port>", "peer to send to", readPeer)
    .argument("<files...>", "files of HL7 v2 messages, one or several in each; - reads standard input")
    .description("send messages by MLLP and tell what the peer answers")
    .option(
      "--count <n>",
      "send so many: the files in turn and again, each with a new control id",
      integerReader("--count", 1),
    )
    .option(
      "--connections <n>",
      "connections, each with one message on its way",
      integerReader("--connections", 1, 256),
      1,
    )
    .option(
      "--answer-ms <ms>",
      "how long the peer may take to answer",
      integerReader("--answer-ms", 1),
      30_000,
    )
    .option(
      "--application-ms <ms>",
      "behind a commit (CA), how long to wait for the application's answer where the message asks for it; 0: not",
      integerReader("--application-ms", 0),
      0,
    )
    .option("--release <n>", "release of MLLP", integerReader("--release", 1, 2), 1)
    .addOption(
      new Option("--whole", "send each file in one frame, as a batch (FHS, BHS) wants it; not with --count")
        .conflicts("count"),
    )
    .option("--verbatim", "send line ends as they stand in the file, even LF where HL7 wants CR")
    .option("--quiet", "no line for a positive answer; as with --count on a terminal")
    .option("--json", "a line of JSON for each answer, a last one with the summary");
  addTlsOptions(command)
    .addHelpText(
      "after",
      examples(
        "mitral send 127.0.0.1:2575 adt.hl7",
        "mitral send 127.0.0.1:2575 adt.hl7 --count 10000 --connections 32",
        "mitral send 127.0.0.1:2575 batch.hl7 --whole",
        "mitral send ehr.example:2575 adt.hl7 --ca hospital_root.pem --cert us.pem --key us.key",
      ),
    )
    .action(
      session.act((peer: Address, files: string[], options: SendOptions) =>
        send(peer, files, options, session)
      ),
    );
};

async function send(peer: Address, files: readonly string[], options: SendOptions, session: Session) {
  const { outside, terminal } = session;
  const { clock, random } = outside.world;
  const format = await hl7v2(session);
  const messages: OutgoingMessage[] = [];
  for (const file of files) {
    for (const bytes of await readMessages(file, format, options, session)) {
      messages.push(options.whole ? readWhole(bytes, format) : readMessage(bytes, format));
    }
  }
  const total = options.count ?? messages.length;
  const queue = options.count === undefined
    ? messages.values()
    : repeated(messages, total, { format, random });

  using interrupts = listenForInterrupts(terminal);
  await using opened = await openSender(peer, options, format.contentTypes, session);
  const quiet = options.quiet ?? (options.count !== undefined && terminal.isTerminal);
  using progress = quiet ? await openProgress(terminal, total, "messages") : noProgress;
  const report = new SendReport();
  const startMs = clock.elapsedMs();
  await sendMessages(queue, {
    ...opened,
    format,
    clock,
    signal: interrupts.signal,
    answered(result) {
      report.add(result);
      progress.step();
      if (options.json) return session.printJson(jsonOf(result));
      if (quiet && result.isPositive) return;
      progress.makeRoom();
      session.print(lineOf(result, session));
    },
  });
  const summary = report.summary(clock.elapsedMs() - startMs);
  progress[Symbol.dispose]();
  if (options.json) session.printJson({ summary });
  else session.print(summaryText(summary));
  if (interrupts.signal.aborted) return exitCodes.interrupted;
  return summary.positive === total ? exitCodes.ok : exitCodes.no;
}

async function readMessages(
  file: string,
  format: Format,
  { whole, verbatim }: SendOptions,
  session: Session,
): Promise<readonly Uint8Array[]> {
  const bytes = file === "-" ? await readStdin(session) : await session.read(file);
  const type = pagedTypeOf(bytes);
  if (type) errors.fail("CONSOLE_MESSAGES_FAXED", { path: file, type });
  if (whole) return [verbatim ? bytes : withSegmentEnds(bytes)];
  const messages = splitMessages(bytes, format, { verbatim });
  return messages.length > 0 ? messages : errors.fail("CONSOLE_MESSAGES_MISSING", { path: file });
}

async function readStdin({ terminal }: Session): Promise<Uint8Array> {
  try {
    return await terminal.readStdin?.() ?? errors.fail("CONSOLE_STDIN_MISSING");
  } catch (cause) {
    return errors.fail("CONSOLE_FILE_UNREADABLE", { path: "-", reason: kindOf(cause) }, cause);
  }
}

async function openSender(
  { host, port }: Address,
  options: SendOptions,
  contentTypes: readonly string[],
  session: Session,
) {
  const { connections, answerMs, applicationMs, release } = options;
  const spec = await load(session, "senders", "mllp");
  const tls = tlsSetting(options);
  const config = await adapterConfigOf(session, spec, {
    ...(tls ? { tls } : {}),
    host,
    port,
    connections,
    release,
    answerMsMax: answerMs,
    applicationMsMax: applicationMs,
  });
  const sender = await spec.open({ ...adapterTools(spec, config, session), contentTypes });
  return {
    sender,
    lanes: spec.lanes?.(config as never) ?? 1,
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  };
}

function jsonOf({ controlId, answer, tookMs, trouble }: SendResult) {
  return { controlId, answer, ms: Math.round(tookMs * 1000) / 1000, trouble };
}

function lineOf(result: SendResult, { paint }: Session): string {
  const { controlId, answer, isPositive, tookMs, trouble, words } = result;
  const shown = isPositive ? paint.good(plain(answer)) : paint.bad(plain(answer));
  const why = trouble === undefined ? "" : ` ${trouble.code} ${plain(trouble.says)}`;
  const said = words.map((line) => `\n  ${plain(line)}`).join("");
  return `${plain(controlId) || "(no id)"} ${shown} ${tookMs.toFixed(1)} ms${why}${said}`;
}
