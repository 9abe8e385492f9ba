import type { Command } from "commander";
import { addGatewayOptions, dataFolder, type GatewayOptions, personOf } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { newPassword } from "../new_password.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { table } from "../table.ts";
import { wordReader } from "../values.ts";

/** Who may do what on the review page. */
const roles = ["reviewer", "viewer"] as const;

interface PasswordOptions extends GatewayOptions {
  readonly passwordStdin?: boolean;
}

interface AddOptions extends PasswordOptions {
  readonly role: typeof roles[number];
  readonly samePerson?: boolean;
}

/** `mitral users add|list|password|remove` */
export const addUsers: AddCommand = (parent, session) => {
  const users = parent.command("users").description(
    "keep the people who may sign in to the review page; a change counts at once, whether the gateway runs or not",
  );
  const passwordOptions = (command: Command) =>
    addGatewayOptions(command)
      .option("--password-stdin", "read the password from standard input (default: ask for it twice)");

  passwordOptions(users.command("add <name>"))
    .description("let somebody sign in; what they do stands in the journal under this name")
    .option(
      "--role <role>",
      "reviewer: sees and decides; viewer: sees",
      wordReader("--role", roles),
      "reviewer",
    )
    .option("--same-person", "the name was removed, and the same person comes back")
    .addHelpText("after", examples("mitral users add ann --file gateway.yaml"))
    .action(session.act(async (name: string, options: AddOptions) => {
      const { users, change } = await openUsers(options, session);
      const password = await newPassword(session, options.passwordStdin ?? false);
      const { role, samePerson: isSamePerson = false } = options;
      await users.add({ name, role, isSamePerson, password }, change);
      session.print(`added ${name}, ${role}`);
      return exitCodes.ok;
    }));

  addGatewayOptions(users.command("list"))
    .description("who may sign in")
    .option("--json", "one user a line, as JSON")
    .action(session.act(async (options: GatewayOptions & { readonly json?: boolean }) => {
      const all = await (await openUsers(options, session)).users.list();
      if (options.json) { for (const { hash: _, ...user } of all) session.printJson(user); }
      else if (all.length === 0) session.note("there are none: mitral users add NAME");
      else {
        const rows = all.map(({ name, role, by, atMs }) => [name, role, by, new Date(atMs).toISOString()]);
        session.terminal.out(table(["NAME", "ROLE", "SET BY", "AT"], rows, session.paint));
      }
      return exitCodes.ok;
    }));

  passwordOptions(users.command("password <name>"))
    .description("give somebody another password; whoever is signed in under the name is signed out")
    .addHelpText("after", examples("mitral users password ann --file gateway.yaml"))
    .action(session.act(async (name: string, options: PasswordOptions) => {
      const { users, change } = await openUsers(options, session);
      const password = await newPassword(session, options.passwordStdin ?? false);
      await users.setPassword(name, password, change);
      session.print(`changed the password of ${name}`);
      return exitCodes.ok;
    }));

  addGatewayOptions(users.command("remove <name>"))
    .description("let somebody sign in no more, and sign them out; nobody else gets the name")
    .addHelpText("after", examples("mitral users remove ann --file gateway.yaml"))
    .action(session.act(async (name: string, options: GatewayOptions) => {
      const { users, change } = await openUsers(options, session);
      await users.remove(name, change);
      session.print(`removed ${name}`);
      return exitCodes.ok;
    }));
};

async function openUsers(options: GatewayOptions, session: Session) {
  const { Users } = await import("../../portal/users/users.ts");
  const { world } = session.outside;
  const folder = await dataFolder(options, session);
  // For the gateway's own user only, as `mitral run` makes it.
  await session.makeFolder(folder, 0o700);
  return { users: new Users(world.disk, folder), change: { by: personOf(session), world } };
}
