import { type Step, stepJson, stepText } from "../doctor/step.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, countText, durationText, plural } from "../figures.ts";
import type { MailboxFacts } from "../relay/examine_relay.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { table } from "../table.ts";

interface CheckOptions {
  readonly address?: string;
  readonly json?: boolean;
}

/** `mitral relay check` */
export const addRelayCheck: AddCommand = (parent, session) => {
  parent.command("check <folder>")
    .description(
      "look whether a relay's running server is safe, does what the folder says, and what waits there",
    )
    .option("--address <address>", "HOST:PORT of its NATS over TLS (default: as relay init said)")
    .option("--json", "print all of it as JSON")
    .addHelpText("after", examples("mitral relay check relay"))
    .action(session.act(async (folder: string, { address, json }: CheckOptions) => {
      const [{ readFolder }, { RelayServer }, { examineRelay }] = await Promise.all([
        import("../relay/relay_folder.ts"),
        import("../relay/relay_server.ts"),
        import("../relay/examine_relay.ts"),
      ]);
      const relay = await readFolder(folder, session);
      await using server = await RelayServer.open(folder, relay, session, address);
      const { steps, mailboxes } = await examineRelay(relay, server, session.outside.world.clock.nowMs());
      const bad = steps.filter(({ state }) => state === "bad").length;
      if (json) session.printJson({ ok: bad === 0, steps: steps.map(stepJson), mailboxes });
      else tell(steps, mailboxes, session);
      return bad > 0 ? exitCodes.no : exitCodes.ok;
    }));
};

function tell(steps: readonly Step[], mailboxes: readonly MailboxFacts[], session: Session): void {
  const { paint, terminal } = session;
  const rows = mailboxes.map(({ name, mailbox, messages, receipts, bytes, bytesMax, oldestMs }) => [
    name,
    mailbox,
    countText(messages),
    countText(receipts),
    `${bytesText(bytes)} of ${bytesText(bytesMax)}`,
    oldestMs === undefined ? "" : durationText(oldestMs),
  ]);
  if (rows.length > 0) {
    const headings = ["partner", "mailbox", ">messages", ">receipts", ">size", ">oldest"];
    terminal.out(`${table(headings, rows, paint)}\n`);
  }
  for (const step of steps) session.print(stepText(step, paint));
  const bad = steps.filter(({ state }) => state === "bad").length;
  session.print(bad > 0 ? paint.bad(plural(bad, "fault")) : paint.good("the relay is as it must be"));
}
