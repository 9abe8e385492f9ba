import type { AuditRecord } from "../../../../../runtime/trust/ledger/audit/audit_record.ts";
import type { EntryKind, LedgerEntry } from "../../../../../runtime/trust/ledger/entry.ts";
import { encodeEntry } from "../../../../../runtime/trust/ledger/entry_bytes.ts";

const hash = "ab".repeat(32);
const message = "0192f0c1-2222-7333-8444-555566667777";
const one = { channel: "lab", message };

/** An entry of each kind, as a gateway writes it. */
const entries: { readonly [K in EntryKind]: Omit<LedgerEntry, "kind" | "atMs"> } = {
  began: { before: "st-elsewhere/3f9c/1 12 AAAA" },
  started: { by: "ann", hash },
  stopped: {},
  received: { ...one, gateway: "acme", body: hash, statement: hash, envelope: hash, outcome: "accepted" },
  acknowledged: { ...one, outcome: "rejected", code: "HL7V2_TYPE_UNKNOWN", receipt: hash },
  filtered: one,
  attempted: { ...one, destination: "ehr", code: "MLLP_ANSWER_LATE" },
  delivered: { ...one, destination: "ehr" },
  receipted: { ...one, destination: "registry", gateway: "registry", receipt: hash, outcome: "accepted" },
  quarantined: { ...one, destination: "ehr", code: "MLLP_MESSAGE_UNFIT" },
  act: { ...one, by: "ann <&\"'>\tz\u0001", act: "viewed" },
  config: { channel: "lab", hash, by: "ann" },
  keys: { serial: 3, hash, by: "ann" },
  partner: { gateway: "acme", serial: 4, hash, outcome: "active" },
  login: { by: "ann", outcome: "failed" },
  alarm: { gateway: "acme", code: "LEDGER_VIEW_SPLIT" },
};

/** A record of each kind, by the kind. */
export const records = Object.fromEntries(
  Object.entries(entries).map(([kind, said], number) => {
    const entry = { kind, atMs: Date.UTC(2026, 0, 31, 8, 30, 0, 7), ...said } as LedgerEntry;
    return [kind, { gateway: "st-elsewhere", epoch: 2, number, entry, bytes: encodeEntry(entry) }];
  }),
) as Readonly<Record<EntryKind, AuditRecord>>;
