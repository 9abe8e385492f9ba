import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { plain } from "../plain.ts";
import type { Relay, RelayPartner } from "../relay/relay_file.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { bytesReader } from "../values.ts";

interface AddOptions {
  readonly name?: string;
  readonly with?: readonly string[];
  readonly mailboxBytesMax?: number;
  readonly json?: boolean;
}

/** `mitral relay add` */
export const addRelayAdd: AddCommand = (parent, session) => {
  parent.command("add <folder> <file>")
    .description("give a gateway a mailbox, or take a newer public file of one that has it")
    .option("--name <name>", "what to call it (default: the gateway's own name)")
    .option("--with <names...>", "partners it may exchange messages with")
    .option(
      "--mailbox-bytes-max <size>",
      "what may wait in its mailbox (default: as relay init said)",
      bytesReader("--mailbox-bytes-max", 1e6, 1e15),
    )
    .option("--json", "print the partner as JSON")
    .addHelpText("after", examples("mitral relay add relay st-elsewhere.partner.json --with state-registry"))
    .action(session.act(async (folder: string, file: string, options: AddOptions) => {
      const [{ applyHint, partnerNamed, readFolder, saveFolder }, { withLink }] = await Promise.all([
        import("../relay/relay_folder.ts"),
        import("../relay/relay_file.ts"),
      ]);
      const before = await readFolder(folder, session);
      const { partner, fingerprint } = await partnerFrom(file, options, before, session);
      const isNew = !before.partners.some(({ mailbox }) => mailbox === partner.mailbox);
      let relay: Relay = {
        ...before,
        partners: isNew
          ? [...before.partners, partner]
          : before.partners.map((known) => known.mailbox === partner.mailbox ? partner : known),
      };
      for (const name of options.with ?? []) {
        if (name === partner.name) refuse(partner.name, "it cannot be linked with itself");
        relay = withLink(relay, [partner.name, partnerNamed(name, folder, relay).name], true);
      }
      await saveFolder(folder, relay, session);
      if (options.json) session.printJson({ ...partner, fingerprint, isNew, url: relay.url });
      else {
        const { bold } = session.paint;
        session.print(`${bold(plain(partner.name))} has the mailbox ${partner.mailbox} at ${relay.url}`);
        session.print(`fingerprint ${fingerprint}, which its people read to you by telephone`);
        session.print(applyHint(folder));
      }
      return exitCodes.ok;
    }));
};

/** A partner as its public file has it. Errors: those of the file, CONSOLE_RELAY_PARTNER_REFUSED. */
async function partnerFrom(
  file: string,
  { name, mailboxBytesMax }: AddOptions,
  relay: Relay,
  session: Session,
): Promise<{ readonly partner: RelayPartner; readonly fingerprint: string }> {
  const [{ fingerprintOf, parsePartnerFile }, { userName }, { isPartnerName }] = await Promise.all([
    import("../../../trust/partner_file.ts"),
    import("../../../contract/nkey.ts"),
    import("../relay/relay_file.ts"),
  ]);
  const read = await parsePartnerFile(await session.read(file), file);
  const { gateway, root, relay: key, serial } = read;
  const known = relay.partners.find(({ mailbox }) => mailbox === root.keyId);
  const called = name ?? known?.name ?? gateway;
  if (!isPartnerName(called)) {
    errors.fail("CONSOLE_VALUE_WRONG", {
      name: "--name",
      wanted: "letters, digits, and . _ : @ - between them",
    });
  }
  if (key === undefined) return refuse(called, "its file has no key for relays: it must be of version 2");
  if (known && known.name !== called) refuse(called, `it has a mailbox under the name ${plain(known.name)}`);
  if (known && serial < known.serial) refuse(called, `a newer file of it was taken (serial ${known.serial})`);
  const user = userName(key.publicBytes);
  const others = relay.partners.filter((partner) => partner !== known);
  if (others.some((other) => other.name === called)) {
    refuse(called, "another gateway is called so here: choose --name");
  }
  if ([...others.map((other) => other.user), ...Object.values(relay.operator)].includes(user)) {
    refuse(called, "its key for relays is somebody else's here");
  }
  const partner = {
    name: called,
    mailbox: root.keyId,
    user,
    serial,
    mailboxBytesMax: mailboxBytesMax ?? known?.mailboxBytesMax ?? relay.mailboxBytesMax,
  };
  return { partner, fingerprint: await fingerprintOf(read) };
}

function refuse(name: string, reason: string): never {
  return errors.fail("CONSOLE_RELAY_PARTNER_REFUSED", { name: plain(name), reason });
}
