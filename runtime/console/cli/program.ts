import type { Command } from "commander";
import { addApply } from "./commands/apply.ts";
import { addAudit } from "./commands/audit.ts";
import { addChannel } from "./commands/channel.ts";
import { addCheck } from "./commands/check.ts";
import { addCompletions } from "./commands/completions.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDiff } from "./commands/diff.ts";
import { addFax } from "./commands/fax.ts";
import { addGraph } from "./commands/graph.ts";
import { addHelp } from "./commands/help.ts";
import { addInit } from "./commands/init.ts";
import { addJournal } from "./commands/journal.ts";
import { addKeys } from "./commands/keys.ts";
import { addMessages } from "./commands/messages.ts";
import { addNetwork } from "./commands/network.ts";
import { addNew } from "./commands/new.ts";
import { addPartner } from "./commands/partner.ts";
import { addPatients } from "./commands/patients.ts";
import { addPlan } from "./commands/plan.ts";
import { addRelay } from "./commands/relay.ts";
import { addRun } from "./commands/run.ts";
import { addSchema } from "./commands/schema.ts";
import { addSend } from "./commands/send.ts";
import { addSink } from "./commands/sink.ts";
import { addStatus } from "./commands/status.ts";
import { addTail } from "./commands/tail.ts";
import { addTest } from "./commands/test.ts";
import { addTestConnection } from "./commands/test_connection.ts";
import { addTls } from "./commands/tls.ts";
import { addTrace } from "./commands/trace.ts";
import { addUsers } from "./commands/users.ts";
import { addVersion } from "./commands/version.ts";
import type { AddCommand, Session } from "./session.ts";

/** Every command, in the order of the help. */
const groups: readonly (readonly [string, readonly AddCommand[]])[] = [
  ["Set up:", [
    addInit,
    addNew,
    addCheck,
    addGraph,
    addSchema,
    addKeys,
    addPartner,
    addUsers,
    addRelay,
    addNetwork,
  ]],
  [
    "Run:",
    [
      addRun,
      addStatus,
      addTail,
      addChannel,
      addPlan,
      addApply,
      addMessages,
      addFax,
      addPatients,
      addJournal,
      addAudit,
      addTrace,
    ],
  ],
  ["Try out:", [addTest, addTestConnection, addSend, addSink, addDoctor, addTls, addDiff]],
  ["Learn:", [addHelp, addCompletions, addVersion]],
];

/** The whole command line on an empty program. */
export function addCommands(program: Command, session: Session): Command {
  const { terminal, paint } = session;
  program
    .description("Mitral, a healthcare integration runtime.")
    .version(session.outside.version)
    .option("--debug", "show where an error came from; what it shows may quote messages")
    .helpCommand(false)
    .exitOverride()
    .configureHelp({
      styleTitle: paint.bold,
      styleCommandText: paint.bold,
      styleSubcommandTerm: paint.bold,
      styleOptionTerm: paint.bold,
    })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // Errors of the parser are reported as all others are, by `main`.
      outputError: () => {},
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    });
  for (const [group, commands] of groups) {
    program.commandsGroup(group);
    for (const add of commands) add(program, session);
  }
  return program;
}
