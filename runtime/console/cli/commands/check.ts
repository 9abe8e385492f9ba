import { MitralError } from "../../../contract/error.ts";
import { pathsOf } from "../../../engine/paths/paths_of.ts";
import type { ChannelPlan, GatewayPlan } from "../../../engine/plan.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import {
  addEnvOption,
  type EnvOptions,
  problemLines,
  problemsCode,
  readGatewayFile,
} from "../gateway_file.ts";
import { noteTrouble, seekMasterKey } from "../master_key.ts";
import { notesOnDocuments } from "../notes_on_documents.ts";
import { knownPartners } from "../partners/known_partners.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { table } from "../table.ts";

interface CheckOptions extends EnvOptions {
  readonly json?: boolean;
}

/** `mitral check` */
export const addCheck: AddCommand = (parent, session) => {
  addEnvOption(parent.command("check <file>"))
    .description("find every problem of a gateway file without running it")
    .option("--json", "print problems and channels as JSON")
    .addHelpText("after", examples("mitral check gateway.yaml"))
    .action(session.act(async (file: string, { json, ...options }: CheckOptions) => {
      const { plan, problems } = await readGatewayFile(file, session, options);
      const notes = plan ? await notesOn(plan, session) : [];
      if (json) {
        const channels = plan?.channels.map(channelJson);
        session.printJson({ ok: plan !== undefined, problems, notes, channels });
      } else if (plan) {
        session.terminal.out(okText(plan, session));
        for (const note of notes) noteTrouble(note, session);
      } else {
        session.note(problemLines(problems, session));
        session.note(`${file}: ${plural(problems.length, "problem")}`);
      }
      return plan ? exitCodes.ok : problemsCode(problems);
    }));
};

/** What would keep the file from being run. Whoever runs it has the keys and the partners' files; who checks it need not. */
async function notesOn(
  plan: GatewayPlan,
  session: Session,
): Promise<readonly MitralError[]> {
  const { trouble } = await seekMasterKey(plan.masterKey, session);
  const notes = [...trouble ? [trouble] : [], ...await notesOnDocuments(plan, session.outside.world)];
  try {
    notes.push(...await notesOnKeys(plan, session));
    const partners = await knownPartners(plan, session, (note) => notes.push(note));
    partners[Symbol.dispose]();
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    notes.push(cause);
  }
  return notes;
}

/** A private file from before there were ledger keys; it is not opened for that, nor need it be there. */
async function notesOnKeys({ keys: file }: GatewayPlan, session: Session): Promise<readonly MitralError[]> {
  if (file === undefined) return [];
  const bytes = await session.outside.world.disk.read(file).catch(() => undefined);
  if (!bytes) return [];
  const [{ parsePrivateFile }, { identityErrors }] = await Promise.all([
    import("../../../trust/private_file.ts"),
    import("../../../trust/identity_errors.ts"),
  ]);
  return parsePrivateFile(bytes, file).ledger
    ? []
    : [identityErrors.error("IDENTITY_LEDGER_MISSING", { file })];
}

function okText(plan: GatewayPlan, { paint }: Session): string {
  const rows = plan.channels.map((channel) => {
    const { listener, format, destinations } = channelJson(channel);
    const sends = destinations.map(({ name, sender }) => `${name} (${sender})`).join(", ");
    const { acknowledge } = channel;
    const when = typeof acknowledge === "object" ? `from ${acknowledge.from}` : acknowledge;
    return [channel.name, listener, format, when, sends];
  });
  const head = `${paint.good("ok")} ${plan.name}: ${plural(plan.channels.length, "channel")}\n`;
  return head + table(["channel", "listens by", "parses", "acknowledges", "sends to"], rows, paint);
}

function channelJson({ name, listen, parse, destinations }: ChannelPlan) {
  return {
    name,
    listener: listen.spec.name,
    format: parse.spec.name,
    destinations: destinations.map(({ name, send }) => ({
      name,
      sender: "channel" in send
        ? `channel ${send.channel}`
        : pathsOf(send).map(({ send: { spec } }) => spec.name).join(" or "),
    })),
  };
}
