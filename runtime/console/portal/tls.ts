import type { ServerTls } from "../../contract/tls.ts";
import type { World } from "../../contract/world.ts";
import { errors } from "./errors.ts";

/** Files of what the page shows by TLS. */
export interface PageTls {
  /** PEM: the certificate, then those between it and a root. */
  readonly certificate: string;
  /** PEM: its private key. */
  readonly key: string;
}

/** How often files are looked at. */
const LOOK_MS = 10_000;

/**
 * The page's certificate and key, read again when they change; what does not fit together is not taken.
 * Errors: PORTAL_CERTIFICATE_UNREADABLE, PORTAL_CERTIFICATE_UNFIT.
 */
export async function openTls(
  files: PageTls,
  { clock, disk, net }: Pick<World, "clock" | "disk" | "net">,
): Promise<Disposable & { readonly current: ServerTls }> {
  let current = await read();
  let forget = clock.after(LOOK_MS, look);
  let isOver = false;
  return {
    get current() {
      return current;
    },
    [Symbol.dispose]() {
      isOver = true;
      forget();
    },
  };

  async function look(): Promise<void> {
    current = await read().catch(() => current);
    if (!isOver) forget = clock.after(LOOK_MS, look);
  }

  async function read(): Promise<ServerTls> {
    const text = (setting: keyof PageTls) =>
      disk.readText(files[setting]).catch((cause): never => {
        const reason = String((cause as { code?: unknown }).code ?? "unknown");
        return errors.fail("PORTAL_CERTIFICATE_UNREADABLE", { setting, reason }, cause);
      });
    const identity = { certificate: await text("certificate"), key: await text("key") };
    const part = await net.misfitOf(identity);
    if (part) errors.fail("PORTAL_CERTIFICATE_UNFIT", { part });
    return { ...identity, versionMin: "1.2" };
  }
}
