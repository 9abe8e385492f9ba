import type { GatewayPlan } from "../../../engine/plan.ts";
import type { Partner } from "../../../trust/partner_file.ts";
import type { Session } from "../session.ts";

/** A partner by our name for it; what cannot be read of it, or is still to come, tells nothing. */
export interface NamedPartner {
  readonly name: string;
  readonly partner?: Partner;
}

/** The partners of a gateway file and of its folder, as their own files say. */
export async function partnersOf(
  { partners, partnersFolder }: Pick<GatewayPlan, "partners" | "partnersFolder">,
  session: Session,
): Promise<readonly NamedPartner[]> {
  const [{ parsePartnerFile }, { parseRecord }, { namesIn }] = await Promise.all([
    import("../../../trust/partner_file.ts"),
    import("../../../trust/partner_record.ts"),
    import("../../../trust/partner_folder.ts"),
  ]);
  const { disk } = session.outside.world;
  const named = (name: string, partner: Partner | undefined) => partner ? { name, partner } : { name };
  const listed = Object.entries(partners).map(async ([name, { keys }]) => {
    if (keys === undefined) return { name };
    const reading = disk.read(keys).then((bytes) => parsePartnerFile(bytes, keys));
    return named(name, await reading.catch(() => undefined));
  });
  const files = partnersFolder === undefined ? [] : await disk.list(partnersFolder).catch(() => []);
  const kept = namesIn(files).map(async (name) => {
    const path = `${partnersFolder}/${name}.json`;
    const reading = disk.read(path).then((bytes) => parseRecord(bytes, name, path));
    return named(name, (await reading.catch(() => undefined))?.held?.partner);
  });
  return await Promise.all([...listed, ...kept]);
}
