import type { RenderTools } from "../../../network/document.ts";
import type { ExitCode } from "../exit_codes.ts";
import { problemLines, problemsCode, readGatewayFile } from "../gateway_file.ts";
import type { Session } from "../session.ts";
import { partnersOf } from "./partners.ts";

/**
 * Public keys for WireGuard, out of a gateway's own file of keys and its partners'; no private one is opened. Where the
 * gateway file has problems they are told, and stand for the exit code.
 */
export async function wireGuardKeys(
  file: string,
  session: Session,
): Promise<RenderTools["wireguard"] | ExitCode> {
  const { plan, problems } = await readGatewayFile(file, session, { comingPartners: "any" });
  if (!plan) {
    session.note(problemLines(problems, session));
    return problemsCode(problems);
  }
  const { parsePrivateFile } = await import("../../../trust/private_file.ts");
  const { keys } = plan;
  // Whoever renders may be somebody who must not read it, or before it is made: that it is missing is told then.
  const bytes = keys === undefined
    ? undefined
    : await session.outside.world.disk.read(keys).catch(() => undefined);
  const own = keys === undefined || !bytes ? undefined : parsePrivateFile(bytes, keys).wireguard;
  const partners = (await partnersOf(plan, session)).flatMap(({ name, partner }) =>
    partner?.wireguard ? [[name, partner.wireguard.publicBytes.toBase64()] as const] : []
  );
  return {
    ...(own ? { us: own.publicBytes.toBase64() } : {}),
    partners: Object.fromEntries(partners),
  };
}
