import type { Command } from "commander";
import type { Problem } from "../../../config/problem.ts";
import type { GatewayPlan } from "../../../engine/plan.ts";
import type { Identity } from "../../../trust/identity.ts";
import type { Act, OurAct } from "../../../trust/onboarding.ts";
import { personOf } from "../ask.ts";
import { errors } from "../errors.ts";
import { problemLines, problemsCode, readGatewayFile, readGatewayPlaces } from "../gateway_file.ts";
import { foundMasterKey } from "../master_key.ts";
import type { ExitCode } from "../exit_codes.ts";
import type { Session } from "../session.ts";

/** Whose partners are meant, and how the outcome is told. */
export interface PartnerOptions {
  readonly file: string;
  readonly json?: boolean;
}

/** Adds what {@linkcode PartnerOptions} are read from. */
export function addPartnerOptions(command: Command, what: string): Command {
  return command
    .option("--file <file>", "gateway file that names the folder of partners", "gateway.yaml")
    .option("--json", `print ${what} as JSON`);
}

/** An act on the partners of a gateway file, whatever else is wrong with that. Errors: CONSOLE_PARTNERS_UNKEPT. */
export async function actIn({ file }: PartnerOptions, session: Session): Promise<Act> {
  const { partnersFolder } = await readGatewayPlaces(file, session);
  return await actOn(partnersFolder, file, session);
}

/** The same, in the gateway's name: with its keys, and the file of them that partners get. */
export interface OwnAct {
  readonly act: OurAct;
  readonly identity: Identity;
  /** Where our file lies, absolute. */
  readonly file: string;
}

/**
 * Reads a gateway file, whose channels may name partners that are not there yet, and our keys. What else is wrong with
 * the file is told, and stands for the exit code. Errors: CONSOLE_PARTNERS_UNKEPT, CONSOLE_KEYS_UNNAMED, MASTER_KEY_…, IDENTITY_….
 */
export async function ownActIn(
  { file }: PartnerOptions,
  session: Session,
): Promise<OwnAct | ExitCode> {
  const { plan, problems } = await readGatewayFile(file, session, { comingPartners: "any" });
  if (!plan) return told(problems, session);
  const act = await actOn(plan.partnersFolder, file, session);
  const keys = plan.keys ?? errors.fail("CONSOLE_KEYS_UNNAMED", { path: file });
  const [{ ownPartnerFile, ownPartnerPath }, identity] = await Promise.all([
    import("../../../engine/own_partner_file.ts"),
    identityIn(keys, plan, session),
  ]);
  const ours = await ownPartnerFile(plan, { identity, keys }, session.outside.world);
  return { act: { ...act, ours }, identity, file: ownPartnerPath(keys, plan.name) };
}

async function identityIn(
  keys: string,
  { name, masterKey }: GatewayPlan,
  session: Session,
): Promise<Identity> {
  const [{ parsePrivateFile, readPrivateFile }, { openIdentity }, { keyringErrors }] = await Promise.all([
    import("../../../trust/private_file.ts"),
    import("../../../trust/identity.ts"),
    import("../../../trust/keyring.ts"),
  ]);
  const bytes = await session.read(keys);
  const file = parsePrivateFile(bytes, keys);
  if (file.gateway !== name) {
    keyringErrors.fail("KEYRING_GATEWAY_MISMATCHED", { gateway: name, found: file.gateway });
  }
  const master = file.master === undefined ? undefined : (await foundMasterKey(masterKey, session)).key;
  return await openIdentity(await readPrivateFile(bytes, keys, master), keys, master);
}

async function actOn(folder: string | undefined, path: string, session: Session): Promise<Act> {
  const { world: { disk, clock } } = session.outside;
  if (folder === undefined) return errors.fail("CONSOLE_PARTNERS_UNKEPT", { path });
  const { PartnerFolder } = await import("../../../trust/partner_folder.ts");
  return { folder: new PartnerFolder(folder, { disk, clock }), nowMs: clock.nowMs(), by: personOf(session) };
}

function told(problems: readonly Problem[], session: Session): ExitCode {
  session.note(problemLines(problems, session));
  return problemsCode(problems);
}
