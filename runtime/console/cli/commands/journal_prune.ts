import type { PrunedMessages } from "../../../engine/retention.ts";
import { gatewayOn } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import {
  addEnvOption,
  type EnvOptions,
  problemLines,
  problemsCode,
  readGatewayFile,
  readGatewayPlaces,
} from "../gateway_file.ts";
import { foundMasterKey } from "../master_key.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import type { GatewayPlan } from "../../../engine/plan.ts";

interface PruneOptions extends EnvOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `mitral journal prune` */
export const addJournalPrune: AddCommand = (parent, session) => {
  addEnvOption(parent.command("prune <file>"))
    .description("let go of messages over their time now, while a gateway runs or not")
    .option("--dry-run", "say only what would go, and what would stay")
    .option("--json", "print both numbers as JSON")
    .addHelpText("after", examples("mitral journal prune gateway.yaml --dry-run"))
    .action(session.act(async (file: string, options: PruneOptions) => {
      const { dryRun = false, json } = options;
      const { data } = await readGatewayPlaces(file, session);
      using client = await gatewayOn(data, session);
      let pruned: PrunedMessages;
      if (client) pruned = await client.ask("journal.prune", { dryRun });
      else {
        const { plan, problems } = await readGatewayFile(file, session, options);
        if (!plan) {
          session.note(problemLines(problems, session));
          return problemsCode(problems);
        }
        pruned = await pruneIdle(plan, dryRun, session);
      }
      const { removed, carried } = pruned;
      if (json) session.printJson(pruned);
      else {
        const [went, stayed] = dryRun ? ["would go", "would stay"] : ["went", "stayed"];
        session.print(`${plural(removed, "message")} over their time ${went}`);
        if (carried > 0) {
          session.print(
            `${plural(carried, "message")} ${stayed}: not delivered, in quarantine, or under a hold`,
          );
        }
      }
      return exitCodes.ok;
    }));
};

/** Errors: JOURNAL_…, MASTER_KEY_… */
async function pruneIdle(plan: GatewayPlan, dryRun: boolean, session: Session): Promise<PrunedMessages> {
  const [{ Journal }, { Retention }, { mustHoldJournal, sqliteStore }] = await Promise.all([
    import("../../../journal/journal.ts"),
    import("../../../engine/retention.ts"),
    import("../../../journal/store.ts"),
  ]);
  const { world } = session.outside;
  const { key } = await foundMasterKey(plan.masterKey, session);
  await mustHoldJournal(world, plan.data);
  const deaf = { begun: () => () => {}, committed() {}, weighed() {}, failed() {} };
  const journal = await Journal.open(world, plan.data, deaf, sqliteStore(key));
  try {
    const keepDays = new Map(plan.channels.map((channel) => [channel.name, channel.keepDays]));
    const retention = new Retention({
      keeper: { journal },
      clock: world.clock,
      keepDaysOf: (channel) => keepDays.get(channel) ?? plan.journal.keepDays,
      report() {},
    });
    return await (dryRun ? retention.look() : retention.run());
  } finally {
    await journal.close();
  }
}
