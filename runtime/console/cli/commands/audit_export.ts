import { AUDIT_FORMATS } from "../../../trust/ledger/audit/audit_formats.ts";
import { auditFormatNames } from "../../../contract/audit_format.ts";
import { readCheckpoint } from "../../../trust/ledger/checkpoint.ts";
import type { AuditRecord } from "../../../trust/ledger/audit/audit_record.ts";
import type { EntryQuery } from "../../control/audit.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { auditRecords } from "../audit/audit_records.ts";
import { addEntryFilters, addEpoch } from "../audit/entry_filters.ts";
import { type CollectorAddress, openCollector, readCollector } from "../audit/collector.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { countText } from "../figures.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { addTlsTrust, type TlsOptions } from "../tls_options.ts";
import { integerReader, wordReader } from "../values.ts";

const formats = [...auditFormatNames, "tiles"] as const;

interface ExportOptions extends GatewayOptions, TlsOptions, Pick<EntryQuery, Filter | "from" | "epoch"> {
  readonly format: typeof formats[number];
  readonly out?: string;
  readonly to?: CollectorAddress;
  readonly insecure?: boolean;
  readonly since?: number;
  readonly until?: number;
}

type Filter = "channel" | "person" | "kind";

/** `mitral audit export` */
export const addAuditExport: AddCommand = (parent, session) => {
  const { nowMs } = session.outside.world.clock;
  const command = addGatewayOptions(parent.command("export"))
    .description("write entries of the ledger for other programs, oldest first; never what a message says")
    .option(
      "--format <format>",
      "fhir: AuditEvents of FHIR R4; atna: audit messages of DICOM (IHE ATNA); json: the entries as they are; each one a " +
        "line. tiles: a folder that tools of transparency logs read",
      wordReader("--format", formats),
      "json" as const,
    )
    .option("--out <path>", "a new file, or with tiles a new folder (default: print them)")
    .option(
      "--to <url>",
      "send each as a syslog message: tls://HOST:6514, or tcp://HOST:PORT",
      readCollector,
    );
  addTlsTrust(command)
    .option("--insecure", "with tcp://, over a network, too: everybody on the way reads it")
    .option("--channel <name>", "about this channel, or messages of it");
  addEntryFilters(command, nowMs)
    .option("--from <n>", "from the entry of this number on", integerReader("--from", 0));
  addEpoch(command)
    .addHelpText(
      "after",
      examples(
        "mitral audit export --format fhir --since 1d --out audit.ndjson",
        "mitral audit export --format atna --to tls://siem.hospital.example:6514 --ca ./pki/siem.pem",
        "mitral audit export --format tiles --out ./log",
      ),
    )
    .action(
      session.act((options: ExportOptions) =>
        options.format === "tiles" ? exportTiles(options, session) : exportRecords(options, session)
      ),
    );
};

async function exportRecords(options: ExportOptions, session: Session): Promise<ExitCode> {
  const { format, out, to, channel, person, kind, since, until, from } = options;
  if (out !== undefined && to) errors.fail("CONSOLE_USAGE_WRONG", { reason: "--out goes without --to" });
  const { write } = AUDIT_FORMATS[format as keyof typeof AUDIT_FORMATS];
  const { gateway, epoch, size } = await ask(session, options, "audit.head", epochOf(options));
  const query = { channel, person, kind, sinceMs: since, untilMs: until, from };
  const pages = auditRecords(session, options, { ...query, gateway, epoch, upTo: size });
  const count = to ? await sendTo(to, pages, options, session) : await writeTo(out, pages, write, session);
  if (out !== undefined || to) session.note(entriesText(count));
  return count > 0 ? exitCodes.ok : exitCodes.no;
}

/** Writes a line for each, to a new file or to standard output. */
async function writeTo(
  out: string | undefined,
  pages: AsyncIterable<readonly AuditRecord[]>,
  write: (record: AuditRecord) => string,
  session: Session,
): Promise<number> {
  if (out !== undefined) await session.writeNew(out, new Uint8Array(0), 0o600);
  let count = 0;
  for await (const page of pages) {
    count += page.length;
    const text = page.map((record) => `${write(record)}\n`).join("");
    if (out === undefined) session.terminal.out(text);
    else await session.append(out, new TextEncoder().encode(text), 0o600);
  }
  return count;
}

/** Sends each; where that fails, says from which entry on to go on. */
async function sendTo(
  to: CollectorAddress,
  pages: AsyncIterable<readonly AuditRecord[]>,
  options: ExportOptions,
  session: Session,
): Promise<number> {
  await using collector = await openCollector(
    to,
    AUDIT_FORMATS[options.format as keyof typeof AUDIT_FORMATS],
    options,
    session,
  );
  let count = 0;
  for await (const page of pages) {
    for (const record of page) {
      try {
        await collector.send(record);
      } catch (cause) {
        session.note(`${entriesText(count)} sent; to go on: --from ${record.number}`);
        throw cause;
      }
      count++;
    }
  }
  return count;
}

async function exportTiles(options: ExportOptions, session: Session): Promise<ExitCode> {
  const { out, to, channel, person, kind, since, until, from } = options;
  if (out === undefined || to) {
    return errors.fail("CONSOLE_USAGE_WRONG", { reason: "--format tiles needs --out, a folder" });
  }
  if ([channel, person, kind, since, until, from].some((filter) => filter !== undefined)) {
    errors.fail("CONSOLE_USAGE_WRONG", {
      reason: "--format tiles writes every entry: it goes with no filter",
    });
  }
  await session.mustBeFree(out);
  const { gateway, epoch, checkpoint } = await ask(session, options, "audit.head", epochOf(options));
  if (checkpoint === null) return errors.fail("CONSOLE_LEDGER_UNSIGNED", { epoch });
  const { writeTlogFolder } = await import("../audit/tlog_folder.ts");
  const { size } = readCheckpoint(checkpoint);
  const pages = auditRecords(session, options, { gateway, epoch, upTo: size });
  await writeTlogFolder(out, { checkpoint, pages }, session);
  session.note(`${entriesText(size)} in ${out}, up to the newest head that was signed`);
  return exitCodes.ok;
}

function entriesText(count: number): string {
  return `${countText(count)} ${count === 1 ? "entry" : "entries"}`;
}

function epochOf({ epoch }: ExportOptions): { readonly epoch?: number } {
  return epoch === undefined ? {} : { epoch };
}
