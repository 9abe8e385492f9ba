import type { ListenerSpec } from "../../../contract/adapter.ts";
import { MitralError } from "../../../contract/error.ts";
import type { Format } from "../../../contract/format.ts";
import type { World } from "../../../contract/world.ts";
import { adapterTools, configOf, format, hl7v2, load } from "../components.ts";
import { examineFile } from "../doctor/examine_file.ts";
import { examinePaged, pagedTypeOf } from "../doctor/paged_document.ts";
import { examinePeer } from "../doctor/examine_peer.ts";
import { type Step, stepJson, stepText } from "../doctor/step.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { plain } from "../plain.ts";
import { type OutgoingMessage, readMessage } from "../send_messages.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { splitMessages } from "../split_messages.ts";
import { type Address, integerReader, readPeer } from "../values.ts";

interface DoctorOptions {
  readonly message?: string;
  readonly connect?: boolean;
  readonly answerMs: number;
  readonly release: number;
  readonly json?: boolean;
}

/** `mitral doctor` */
export const addDoctor: AddCommand = (parent, session) => {
  parent.command("doctor")
    .argument(
      "<what>",
      "HOST:PORT of a peer that should speak MLLP, a file of messages or frames, or a fax",
    )
    .description("find out what is wrong with a peer, or with a file, and say it in words")
    .option("--message <file>", "send the first message of a file instead of a test message")
    .option("--connect", "connect and listen only; send nothing")
    .option(
      "--answer-ms <ms>",
      "how long the peer may take to answer",
      integerReader("--answer-ms", 1),
      10_000,
    )
    .option("--release <n>", "release of MLLP", integerReader("--release", 1, 2), 1)
    .option("--json", "a line of JSON for each finding, without bytes of the message")
    .addHelpText(
      "after",
      "\nTo a peer it sends a message that asks whether it is there: NMQ^N01, with T (training) in MSH-11. Of a\n" +
        "file it shows the bytes around what it finds: PATIENT DATA.\n" +
        examples(
          "mitral doctor 10.1.2.3:2575",
          "mitral doctor 10.1.2.3:2575 --message adt.hl7",
          "mitral doctor capture.bin",
        ),
    )
    .action(session.act((what: string, options: DoctorOptions) => doctor(what, options, session)));
};

async function doctor(what: string, options: DoctorOptions, session: Session) {
  const listener = await load(session, "listeners", "mllp");
  const steps: Step[] = [];
  const tell = (step: Step) => {
    steps.push(step);
    if (options.json) session.printJson(stepJson(step));
    else session.print(stepText(step, session.paint));
  };
  const address = await addressIn(what, session);
  if (!options.json) session.print(session.paint.bold(plain(what)));
  if (address) await examineAddress(address, options, { listener, tell, session });
  else {
    const bytes = await session.read(what), paged = pagedTypeOf(bytes);
    const examine = (bytes: Uint8Array) => listener.examine?.(bytes, "file") ?? [];
    const found = paged
      ? examinePaged(paged, bytes, await format(session, "fax"))
      : await examineFile(bytes, { format: await hl7v2(session, { validate: "warn" }), examine });
    found.forEach(tell);
  }
  const bad = steps.filter(({ state }) => state === "bad").length;
  const odd = steps.filter(({ state }) => state === "odd").length;
  if (!options.json) session.print(verdict(bad, odd, session));
  return bad > 0 ? exitCodes.no : exitCodes.ok;
}

function verdict(bad: number, odd: number, { paint }: Session): string {
  if (bad > 0) {
    return paint.bad(`${plural(bad, "fault")}${odd > 0 ? `, ${plural(odd, "note")}` : ""}`);
  }
  return odd > 0 ? paint.warn(`no fault, ${plural(odd, "note")}`) : paint.good("nothing is wrong");
}

/** What was typed as an address; `undefined` where it is a file. */
async function addressIn(what: string, session: Session): Promise<Address | undefined> {
  const file = await session.outside.world.disk.facts(session.path(what));
  if (file !== undefined) return undefined;
  try {
    return readPeer(what);
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return errors.fail("CONSOLE_VALUE_WRONG", {
      name: plain(what),
      wanted: "HOST:PORT, or a file that exists",
    }, cause);
  }
}

async function examineAddress(
  address: Address,
  options: DoctorOptions,
  { listener, tell, session }: { listener: ListenerSpec; tell(step: Step): void; session: Session },
): Promise<void> {
  const { world } = session.outside;
  const format = await hl7v2(session);
  using interrupts = listenForInterrupts(session.terminal);
  await examinePeer(address, options.connect ? undefined : await messageFor(options, format, session), {
    world,
    format,
    signal: interrupts.signal,
    examine: (bytes) =>
      // In release 2 the commit is as it should be.
      (listener.examine?.(bytes, "stream") ?? []).filter(({ code }) =>
        options.release === 1 || code !== "commitSent"
      ),
    async openSender(net) {
      const spec = await load(session, "senders", "mllp");
      const config = await configOf(session, spec, {
        ...address,
        answerMsMax: options.answerMs,
        release: options.release,
      });
      const tools = adapterTools(spec, config, session);
      return await spec.open({ ...tools, world: { ...tools.world, net }, contentTypes: format.contentTypes });
    },
    tell,
    isOwn: options.message !== undefined,
  });
}

async function messageFor(
  { message }: DoctorOptions,
  format: Format,
  session: Session,
): Promise<OutgoingMessage> {
  if (message === undefined) return testMessage(session.outside.world, format);
  const [first] = splitMessages(await session.read(message), format);
  return first ? readMessage(first, format) : errors.fail("CONSOLE_MESSAGES_MISSING", { path: message });
}

/** Application management query (HL7 v2.9.1 chapter 14, NMQ^N01): asks whether an application is there, and changes nothing. */
function testMessage({ clock, random }: World, format: Format): OutgoingMessage {
  const time = new Date(clock.nowMs()).toISOString().replace(/[-:T]|\..*/g, "");
  const id = `DOCTOR${random.bytes(4).toHex().toUpperCase()}`;
  const text = `MSH|^~\\&|MITRAL|DOCTOR|||${time}+0000||NMQ^N01^NMQ_N01|${id}|T|2.5.1\rNCK|${time}+0000\r`;
  return readMessage(new TextEncoder().encode(text), format);
}
