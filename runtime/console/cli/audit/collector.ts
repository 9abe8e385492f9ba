import type { OpenSender, Parcel } from "../../../contract/adapter.ts";
import type { AuditFormat } from "../../../trust/ledger/audit/audit_formats.ts";
import type { AuditRecord } from "../../../trust/ledger/audit/audit_record.ts";
import { adapterConfigOf, adapterTools, load } from "../components.ts";
import { errors } from "../errors.ts";
import type { Session } from "../session.ts";
import { type TlsOptions, tlsSetting } from "../tls_options.ts";

/** Where a collector of syslog is. */
export interface CollectorAddress {
  readonly scheme: "tls" | "tcp";
  readonly host: string;
  readonly port: number;
}

/** `tls://HOST:PORT` or `tcp://HOST:PORT`. Errors: CONSOLE_VALUE_WRONG. */
export function readCollector(text: string): CollectorAddress {
  const found = /^(tls|tcp):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})\/?$/.exec(text);
  const port = Number(found?.[4]);
  if (!found || port < 1 || port > 65_535) {
    return errors.fail("CONSOLE_VALUE_WRONG", {
      name: "--to",
      wanted: "tls://HOST:PORT, or tcp://HOST:PORT",
    });
  }
  return { scheme: found[1] as CollectorAddress["scheme"], host: found[2] ?? found[3], port };
}

/** Sends records to a collector of syslog, one after the other. */
export interface Collector extends AsyncDisposable {
  /** Resolves when the network has it. Errors: those of the adapter `syslog`. */
  send(record: AuditRecord): Promise<void>;
}

/** Calls nobody yet. Errors: CONSOLE_COMPONENT_REFUSED, CONSOLE_USAGE_WRONG, those of the adapter `syslog`. */
export async function openCollector(
  { scheme, host, port }: CollectorAddress,
  format: AuditFormat,
  { insecure = false, ...options }: TlsOptions & { readonly insecure?: boolean },
  session: Session,
): Promise<Collector> {
  const spec = await load(session, "senders", "syslog");
  const config = await adapterConfigOf(session, spec, {
    host,
    port,
    ...(scheme === "tls" ? { tls: tlsSetting(options) ?? {} } : { insecure }),
  }).catch((cause) => {
    if (scheme === "tls" || insecure) throw cause;
    return errors.fail("CONSOLE_USAGE_WRONG", { reason: "tcp:// over a network needs --insecure" }, cause);
  });
  const sender: OpenSender = await spec.open({ ...adapterTools(spec, config, session), contentTypes: [] });
  const { signal } = new AbortController();
  return {
    async send(record) {
      const { gateway, epoch, number, entry } = record;
      const parcel: Parcel = {
        id: `${gateway}-${epoch}-${number}`,
        bytes: new TextEncoder().encode(format.write(record)),
        contentType: format.contentType,
        attempt: 1,
        sequence: number + 1,
        atMs: entry.atMs,
        value: () => "",
        judge: () => ({ kind: "accepted" }),
      };
      const outcome = await sender.send(parcel, signal);
      if (outcome.kind === "rejected" || outcome.kind === "failed") throw outcome.error;
    },
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  };
}
