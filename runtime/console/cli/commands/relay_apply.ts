import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { plain } from "../plain.ts";
import type { Outcome, Seen } from "../relay/mailboxes.ts";
import type { RelayServer } from "../relay/relay_server.ts";
import type { Relay } from "../relay/relay_file.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface ApplyOptions {
  readonly address?: string;
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** `mitral relay apply` */
export const addRelayApply: AddCommand = (parent, session) => {
  parent.command("apply <folder>")
    .description("have the running server do what a relay's folder says: mailboxes, and who may do what")
    .option("--address <address>", "HOST:PORT of its NATS over TLS (default: as relay init said)")
    .option("--prune", "delete mailboxes of partners that were removed, with all that waits in them")
    .option("--json", "print what was done as JSON")
    .addHelpText(
      "after",
      "\nIt may be run at any time, and changes nothing that is as it must be.\n" +
        examples("mitral relay apply relay"),
    )
    .action(session.act(async (folder: string, options: ApplyOptions) => {
      const [{ readFolder, saveFolder }, { RelayServer }, { faultIn }] = await Promise.all([
        import("../relay/relay_folder.ts"),
        import("../relay/relay_server.ts"),
        import("../relay/server_facts.ts"),
      ]);
      const relay = await readFolder(folder, session);
      // Somebody may have edited what all else is made from.
      await saveFolder(folder, relay, session);
      await using server = await RelayServer.open(folder, relay, session, options.address);
      const facts = await server.facts();
      const fault = faultIn(facts);
      if (fault) {
        const { unmark } = await import("../relay/mailboxes.ts");
        await unmark(server.manager, relay, facts);
        errors.fail("CONSOLE_RELAY_UNSAFE", { address: server.address, ...fault });
      }
      const mailboxes = await makeMailboxes(relay, server, facts);
      await server.reload();
      const pruned = options.prune ? await prune(relay, server) : [];
      const { version } = facts;
      if (options.json) session.printJson({ server: { version, sync: "always" }, mailboxes, pruned });
      else tell({ version, mailboxes, pruned }, session);
      return exitCodes.ok;
    }));
};

interface Made {
  readonly name: string;
  readonly mailbox: string;
  readonly outcome: Outcome;
}

/** Before the server lets their partners in. */
async function makeMailboxes(relay: Relay, { manager }: RelayServer, seen: Seen): Promise<readonly Made[]> {
  const { mailboxStream, makeMailbox, streamsAt } = await import("../relay/mailboxes.ts");
  const streams = await streamsAt(manager);
  const made: Made[] = [];
  for (const partner of relay.partners) {
    const { name, mailbox } = partner;
    const outcome = await makeMailbox(manager, partner, seen, streams.get(mailboxStream(mailbox)));
    made.push({ name, mailbox, outcome });
  }
  return made;
}

/** After the server lets their partners in no more. */
async function prune(relay: Relay, { manager }: RelayServer): Promise<readonly string[]> {
  const { mailboxOf, streamsAt } = await import("../relay/mailboxes.ts");
  const known = new Set(relay.partners.map(({ mailbox }) => mailbox));
  const pruned: string[] = [];
  for (const stream of (await streamsAt(manager)).keys()) {
    const mailbox = mailboxOf(stream);
    if (mailbox === undefined || known.has(mailbox)) continue;
    await manager.streams.delete(stream);
    pruned.push(mailbox);
  }
  return pruned;
}

function tell(
  { version, mailboxes, pruned }: {
    readonly version: string;
    readonly mailboxes: readonly Made[];
    readonly pruned: readonly string[];
  },
  session: Session,
): void {
  session.print(`nats-server ${plain(version)}, everything on the disk before it is acknowledged`);
  for (const { name, mailbox, outcome } of mailboxes) {
    session.print(`mailbox ${mailbox} of ${session.paint.bold(plain(name))}: ${outcome}`);
  }
  for (const mailbox of pruned) session.print(`mailbox ${mailbox}: deleted`);
  session.print(session.paint.good("the server has it"));
}
