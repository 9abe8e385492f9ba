import { join } from "node:path";
import { forgetful } from "../../../contract/adapter.ts";
import type { Disk } from "../../../contract/world.ts";
import { messageIds } from "../../../engine/message_id.ts";
import { adapterConfigOf, adapterTools, hl7v2, load } from "../components.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { kindOf } from "../explain.ts";
import { bytesText, plural } from "../figures.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type SinkAnswer, sinkAnswers, SinkIntake, type SunkMessage } from "../sink_intake.ts";
import { tlsSetting } from "../tls_options.ts";
import { type Address, integerReader, readAddress, wordReader } from "../values.ts";

interface SinkOptions {
  readonly out?: string;
  readonly answer: SinkAnswer;
  readonly delayMs: number;
  readonly count?: number;
  readonly release: number;
  readonly cert?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** `mitral sink` */
export const addSink: AddCommand = (parent, session) => {
  parent.command("sink")
    .argument("<host:port>", "address to listen on; port 0 takes any free one", readAddress)
    .description("take messages by MLLP, until SIGINT, and answer as told: a peer to test against")
    .option(
      "--out <dir>",
      "write each message to a numbered file there: PATIENT DATA; otherwise nothing is kept",
    )
    .option(
      "--answer <code>",
      `${sinkAnswers.join(", ")}; none closes the connection`,
      wordReader("--answer", sinkAnswers),
      "AA",
    )
    .option("--delay-ms <ms>", "wait before each answer", integerReader("--delay-ms", 0), 0)
    .option("--count <n>", "stop after so many messages", integerReader("--count", 1))
    .option("--release <n>", "release of MLLP", integerReader("--release", 1, 2), 1)
    .option(
      "--cert <file>",
      "speak TLS: PEM file of the certificate, and those between it and a root; with --key",
    )
    .option("--key <file>", "PEM file of its private key")
    .option("--json", "a line of JSON for each message")
    .addHelpText(
      "after",
      examples("mitral sink 127.0.0.1:2576", "mitral sink 127.0.0.1:2576 --answer AE --delay-ms 500"),
    )
    .action(session.act((address: Address, options: SinkOptions) => sink(address, options, session)));
};

async function sink(address: Address, options: SinkOptions, session: Session) {
  const { world } = session.outside;
  const format = await hl7v2(session);
  const spec = await load(session, "listeners", "mllp");
  const { cert, key } = options;
  const tls = tlsSetting({ ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) });
  const config = await adapterConfigOf(session, spec, {
    ...address,
    release: options.release,
    ...(tls ? { tls } : {}),
  });
  const write = options.out === undefined ? undefined : await writerTo(options.out, session);

  using interrupts = listenForInterrupts(session.terminal);
  let taken = 0;
  const intake = new SinkIntake({
    format,
    clock: world.clock,
    answer: options.answer,
    delayMs: options.delayMs,
    countMax: options.count ?? Infinity,
    nextId: messageIds(world),
    async keep(message) {
      try {
        const file = await write?.(message);
        taken++;
        tell(message, file, options, session);
      } catch (cause) {
        session.noteError(cause, "sink");
        throw cause;
      }
    },
  });
  const contentTypes = format.contentTypes;
  const { timeZone } = world.clock;
  await using listening = await spec.listen({
    ...adapterTools(spec, config, session),
    intake,
    contentTypes,
    timeZone,
    memory: forgetful,
  });
  session.note(`listening on ${listening.address}`);
  await Promise.race([intake.full, interrupts.first]);
  intake.stop();
  // A second signal does not wait for answers a peer is slow to read.
  await Promise.race([listening.stop(), interrupts.second]);
  session.note(`took ${plural(taken, "message")}`);
  return exitCodes.ok;
}

function tell(
  { number, bytes, controlId, type }: SunkMessage,
  file: string | undefined,
  { json }: SinkOptions,
  session: Session,
) {
  if (json) return session.printJson({ number, controlId, type, bytes: bytes.length, file });
  const where = file === undefined ? "" : ` ${file}`;
  session.print(
    `${plain(controlId) || "(no id)"} ${plain(type) || "(no type)"} ${bytesText(bytes.length)}${where}`,
  );
}

/** Writes messages to files that count on from the highest number in the folder; nothing is overwritten. */
async function writerTo(
  folder: string,
  session: Session,
): Promise<(message: SunkMessage) => Promise<string>> {
  const { disk } = session.outside.world;
  const last = await lastNumber(folder, disk, session);
  return async ({ number, bytes }) => {
    const file = join(folder, `${String(last + number).padStart(6, "0")}.hl7`);
    await session.writeNew(file, bytes, 0o600);
    return file;
  };
}

async function lastNumber(folder: string, disk: Disk, session: Session): Promise<number> {
  await session.makeFolder(folder);
  try {
    const names = await disk.list(session.path(folder));
    return Math.max(0, ...names.map((name) => Number(/^(\d+)\.hl7$/.exec(name)?.[1] ?? 0)));
  } catch (cause) {
    return errors.fail("CONSOLE_FILE_UNREADABLE", { path: folder, reason: kindOf(cause) }, cause);
  }
}
