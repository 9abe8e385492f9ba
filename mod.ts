/**
 * Mitral: a healthcare integration runtime for Deno. Import it to write actors and adapters, to read and build HL7 v2,
 * or to run a gateway inside your own service. Run it (`deno run -P mod.ts help`) and it is the command line.
 *
 * @example Run a gateway
 * ```ts
 * import { Gateway } from "mitral";
 *
 * await using gateway = await Gateway.open("gateway.yaml");
 * gateway.observe((event) => console.log(event.name));
 * ```
 *
 * @module
 */

export * from "./runtime/contract/actor.ts";
export * from "./runtime/contract/adapter.ts";
export { type AuditFormatName, auditFormatNames } from "./runtime/contract/audit_format.ts";
export * from "./runtime/contract/document.ts";
export * from "./runtime/contract/envelope.ts";
export * from "./runtime/contract/error.ts";
export * from "./runtime/contract/format.ts";
export * from "./runtime/contract/message.ts";
export type * from "./runtime/contract/patient.ts";
export { type Purpose, type PurposeRule, PURPOSES } from "./runtime/contract/purposes.ts";
export type * from "./runtime/contract/probe.ts";
export * from "./runtime/contract/signal.ts";
export * from "./runtime/contract/spec.ts";
export * from "./runtime/contract/tls.ts";
export type * from "./runtime/contract/world.ts";
export { type Delimiters, Hl7Message, type ParseOptions } from "./actors/formats/hl7v2/mod.ts";
export { default as hl7v2, type Hl7v2Settings } from "./actors/formats/hl7v2/mod.ts";
export { decryptor, type DecryptorOptions } from "./actors/decryptor.ts";
export { encryptor, type EncryptorOptions } from "./actors/encryptor.ts";
export { parser, reader } from "./actors/parser.ts";
export { denoWorld as world } from "./runtime/world/deno_world.ts";
export type * from "./runtime/engine/events.ts";
export type { PartnerState } from "./runtime/trust/partner_book.ts";
export type { PartnerEvent } from "./runtime/engine/partner_events.ts";
export type { Reckoned } from "./runtime/engine/accounts/reckoning.ts";
export type { FeedComparison } from "./runtime/engine/accounts/compare.ts";
export type { Ranges } from "./runtime/engine/accounts/ranges.ts";
export type { Range } from "./runtime/journal/exchanged.ts";
export type { PartnerCheck, PartnerTestLine } from "./runtime/engine/exchange/partner_test.ts";
export type * from "./runtime/engine/gateway_api.ts";
export type * from "./runtime/engine/disclosures/reports_api.ts";
export type * from "./runtime/engine/patients/patients_api.ts";
export type { PatientVerdict, ReadPatient } from "./runtime/engine/patients/verdict.ts";
export type { Doubt, DoubtCode } from "./runtime/engine/review/doubt.ts";
export type * from "./runtime/engine/review/review_api.ts";
export type { ReviewEvent } from "./runtime/engine/review/review_events.ts";
export type { PatientFigures } from "./runtime/journal/patients/operations.ts";
export type { RunningLedger } from "./runtime/engine/ledger/ledger_api.ts";
export type { LedgerAlarm } from "./runtime/engine/ledger/alarms.ts";
export type { Login } from "./runtime/engine/ledger/gateway_entries.ts";
export type { PageUser } from "./runtime/engine/ledger/page_users.ts";
export type { WitnessAnswer } from "./runtime/engine/ledger/state.ts";
export type {
  AskCheckpoints,
  AskConsistency,
  AskEntries,
  AskEntryAt,
  AskHandedFiles,
  AskInclusion,
  CheckpointRecord,
  EntriesSlice,
  HandedFile,
  LedgerAnswer,
  LedgerHead,
  LedgerQuestion,
  NumberedEntry,
} from "./runtime/journal/ledger/operations.ts";
export type { EntryKind, LedgerEntry } from "./runtime/trust/ledger/entry.ts";
export type { PathCondition, PathState } from "./runtime/engine/paths/path_set.ts";
export type * from "./runtime/engine/plan.ts";
export type * from "./runtime/engine/statistics.ts";
export type { PrunedMessages } from "./runtime/engine/retention.ts";
export type { ActQuery, ActRecord, By } from "./runtime/journal/acts.ts";
export type { HeldMessages, HoldRecord } from "./runtime/journal/holds.ts";
export type * from "./runtime/journal/records.ts";
export type {
  Certainty,
  Disclosure,
  DisclosureFacts,
  Reach,
  SeenFacts,
  WhichPatient,
} from "./runtime/journal/disclosures/operations.ts";
export type { BackupManifest, BodyCopies } from "./runtime/journal/upkeep/backup_manifest.ts";
export type { FileSum } from "./runtime/journal/disk_io.ts";
export type { Progress, Tell, Watched } from "./runtime/journal/upkeep/upkeep.ts";
export {
  type FetchInfo,
  Gateway,
  type GatewayConfig,
  type GatewayOpener,
  type OpenOptions,
} from "./gateway.ts";

if (import.meta.main) {
  // Not awaited here: a custom actor imports this module, and would wait for a module that waits for the actor.
  Promise.all([
    import("./runtime/console/main.ts"),
    import("./runtime/world/deno_terminal.ts"),
    import("./gateway.ts"),
  ]).then(async ([{ main }, { denoTerminal }, { outside }]) =>
    Deno.exit(await main(denoTerminal(), outside))
  );
}
