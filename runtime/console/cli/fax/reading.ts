import type { Recogniser } from "../../../contract/recogniser.ts";
import { format } from "../components.ts";
import { errors } from "../errors.ts";
import type { Session } from "../session.ts";

/** Opens what reads faxes, as a channel with these settings would. The caller gives it up. Errors: CONSOLE_COMPONENT_MISSING. */
export async function openFaxReader(
  session: Session,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Recogniser> {
  const { recogniser } = await format(session, "fax", settings);
  if (!recogniser) return errors.fail("CONSOLE_COMPONENT_MISSING", { name: "fax", kind: "recogniser" });
  return await recogniser({ world: session.outside.world, folder: session.terminal.cwd });
}
