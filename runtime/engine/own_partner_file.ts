import { dirname, join } from "node:path";
import type { World } from "../contract/world.ts";
import type { Identity } from "../trust/identity.ts";
import { type OwnPartnerFile, renewOwnPartnerFile } from "../trust/own_partner_file.ts";
import { registryErrors } from "../trust/partner_registry.ts";
import type { GatewayPlan } from "./plan.ts";

/** Where a gateway's own file of public keys lies: beside the private one. */
export function ownPartnerPath(keys: string, gateway: string): string {
  return join(dirname(keys), `${gateway}.partner.json`);
}

/**
 * A gateway's own file of public keys, with the ways to it and the certificates its doors show; written anew where any of
 * it has changed. `keys` is the private file, absolute. Errors: RECORD_FILE_UNWRITABLE, PARTNERS_FILE_UNREADABLE,
 * PARTNERS_CERTIFICATE_INVALID.
 */
export async function ownPartnerFile(
  { name, exchange }: Pick<GatewayPlan, "name" | "exchange">,
  { identity, keys }: { readonly identity: Identity; readonly keys: string },
  { disk, net, clock }: World,
): Promise<OwnPartnerFile> {
  const files = new Set((exchange?.doors ?? []).flatMap(({ config }) => shownBy(config)));
  const certificates: string[] = [];
  for (const file of files) {
    const facts = { partner: name, file };
    const pem = await disk.readText(file).catch((cause): never => {
      const reason = String((cause as { code?: unknown })?.code ?? "EIO");
      return registryErrors.fail("PARTNERS_FILE_UNREADABLE", { ...facts, reason }, cause);
    });
    const [own] = await net.certificatesIn(pem).catch((cause): never =>
      registryErrors.fail("PARTNERS_CERTIFICATE_INVALID", facts, cause)
    );
    certificates.push(`sha256:${own.fingerprint}`);
  }
  const file = ownPartnerPath(keys, name);
  return await renewOwnPartnerFile({
    identity,
    links: exchange?.links ?? [],
    certificates: [...new Set(certificates)],
    file,
    disk,
    clock,
  });
}

/** Files of the certificates that a listener shows, whichever it is: those of `tls`, as every one of them has it. */
function shownBy(config: unknown): readonly string[] {
  const { tls } = config as { readonly tls?: Certified & { readonly names?: Record<string, Certified> } };
  return [tls, ...Object.values(tls?.names ?? {})].flatMap((each) => each?.certificate ?? []);
}

interface Certified {
  readonly certificate?: string;
}
