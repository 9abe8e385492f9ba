import type { Command } from "commander";
import { COMPONENT_KINDS } from "../../../config/catalog_specs.ts";
import type { Catalog } from "../../../contract/catalog.ts";
import { errors } from "../errors.ts";
import { exitCodeRows, exitCodes } from "../exit_codes.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { table } from "../table.ts";

/** `mitral help` */
export const addHelp: AddCommand = (parent, session) => {
  parent.command("help [topic...]")
    .description("help on a command, the settings of a component, or exit-codes")
    .addHelpText("after", examples("mitral help mllp", "mitral help messages list", "mitral help exit-codes"))
    .action(session.act(async (topic: string[]) => {
      await helpOn(topic, parent, session);
      return exitCodes.ok;
    }));
};

async function helpOn(topic: readonly string[], program: Command, session: Session): Promise<void> {
  const { paint, outside, terminal } = session;
  const command = commandOf(topic, program);
  command?.outputHelp();
  if (topic.length === 0) return terminal.out(`\n${componentsText(outside.catalog)}`);
  if (command) return;
  const [name] = topic;
  if (name === "exit-codes") return terminal.out(table([">code", "meaning"], exitCodeRows, paint));
  const pages = await componentPages(name, outside.catalog);
  if (pages.length === 0) errors.fail("CONSOLE_COMPONENT_MISSING", { name, kind: "command or component" });
  terminal.out(pages.join("\n"));
}

function commandOf(topic: readonly string[], program: Command): Command | undefined {
  let command: Command | undefined = program;
  for (const name of topic) command = command?.commands.find((command) => command.name() === name);
  return command;
}

async function componentPages(name: string, catalog: Catalog): Promise<string[]> {
  const { helpText } = await import("../../../config/describe_spec.ts");
  const pages: string[] = [];
  for (const [shelf, kind] of Object.entries(COMPONENT_KINDS)) {
    const components = catalog[shelf as keyof Catalog];
    if (Object.hasOwn(components, name)) pages.push(helpText(kind, await components[name]()));
  }
  return pages;
}

function componentsText(catalog: Catalog): string {
  const lines = Object.keys(COMPONENT_KINDS).map((shelf) =>
    `  ${shelf.padEnd(11)} ${Object.keys(catalog[shelf as keyof Catalog]).sort().join(", ")}`.trimEnd()
  );
  return `Components, each explained by mitral help NAME:\n${lines.join("\n")}\n`;
}
