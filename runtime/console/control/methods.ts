import { MitralError } from "../../contract/error.ts";
import type { Problem } from "../../config/problem.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { By } from "../../journal/acts.ts";
import { Feed } from "./_feed.ts";
import { headOf, listEntries, prove, readEntryQuery } from "./audit.ts";
import { errors } from "./errors.ts";
import { followed } from "./followed.ts";
import {
  by,
  bytes,
  channel,
  count,
  optional,
  type Params,
  readActQuery,
  readHeld,
  readQuery,
  record,
  text,
  toggle,
} from "./params.ts";
import {
  type BackupLine,
  type Method,
  type Methods,
  type Planned,
  type Request,
  type Run,
  saidError,
  type ShownMessage,
  type Stream,
} from "./protocol.ts";
import { patientMethods } from "./patients.ts";
import { readAccessQuery, readPatientQuery } from "./report_params.ts";
import { receiptOf, receiptsOf } from "./receipts.ts";
import { reviewMethods } from "./reviews.ts";
import { runs, told } from "./runs.ts";
import { searchMessages } from "./search.ts";

/** What the control socket gives access to. */
export interface ControlService {
  readonly gateway: RunningGateway;
  /** What is told to run, and how that is changed. */
  readonly deployment: {
    /** Reads the gateway file again and gives the channel its new plan, unless the file has problems. */
    reload(channel: string, by: By): Promise<readonly Problem[]>;
    plan(file: string): Promise<Planned>;
    apply(file: string, options: { readonly channelsOnly: boolean; readonly by: By }): Promise<Planned>;
    rollback(options: { readonly channelsOnly: boolean; readonly by: By }): Promise<Planned>;
  };
}

const methods: {
  readonly [M in Method]: (
    service: ControlService,
    params: Params,
    person: string,
  ) => Promise<Methods[M]["result"]>;
} = {
  async "status"({ gateway }) {
    const statistics = await gateway.statistics();
    return { ...gateway.snapshot(), statistics };
  },
  "messages.list": async ({ gateway }, params) => await gateway.archive.list(readQuery(gateway, params)),
  "messages.search": ({ gateway }, params) =>
    searchMessages(gateway, text(params, "word"), readQuery(gateway, record(params, "query"))),
  async "messages.show"({ gateway }, params, person) {
    const found = await gateway.archive.show(text(params, "id"));
    if (!found) return null;
    // Whoever has the salt and the ledger can try what a message may say: it goes with the bytes alone.
    const { received, salt, payloads, answer: _, ...told } = found;
    const facts = { ...told, receipts: receiptsOf(found) };
    const isQueued = found.deliveries.some(({ state }) => state === "queued");
    const shown: ShownMessage = isQueued ? { ...facts, waiting: await gateway.waitsFor(found.id) } : facts;
    if (!toggle(params, "content")) return shown;
    await gateway.noteSeen([found.id], "viewed", by(person, params));
    return { ...shown, received, payloads, ...(salt === undefined ? {} : { salt }) };
  },
  async "messages.receipt"({ gateway }, params) {
    const found = await gateway.archive.show(text(params, "id"));
    return found ? { receipt: receiptOf(found, optional(params, "destination", text)) } : null;
  },
  "messages.replay": ({ gateway }, params, person) =>
    gateway.replay(text(params, "id"), {
      destination: optional(params, "destination", text),
      everywhere: toggle(params, "everywhere"),
      force: toggle(params, "force"),
      by: by(person, params),
    }),
  async "messages.correct"({ gateway }, params, person) {
    text(params, "reason");
    const { error, ...corrected } = await gateway.correct(text(params, "id"), bytes(params, "body"), {
      destination: optional(params, "destination", text),
      force: toggle(params, "force"),
      by: by(person, params),
    });
    return error ? { ...corrected, error: told(error) } : corrected;
  },
  "messages.release": ({ gateway }, params, person) =>
    gateway.release(text(params, "id"), {
      destination: optional(params, "destination", text),
      by: by(person, params),
    }),
  "messages.cancel": ({ gateway }, params, person) =>
    gateway.cancel(text(params, "id"), {
      destination: optional(params, "destination", text),
      by: by(person, params),
    }),
  ...reviewMethods,
  "journal.acts": ({ gateway }, params) => gateway.archive.acts(readActQuery(params)),
  "journal.prune": ({ gateway }, params) => gateway.prune({ dryRun: toggle(params, "dryRun") }),
  "journal.holds": ({ gateway }) => gateway.archive.holds(),
  "journal.hold": ({ gateway }, params, person) =>
    gateway.placeHold(text(params, "name"), readHeld(gateway, params), by(person, params)),
  async "journal.lift"({ gateway }, params, person) {
    await gateway.liftHold(text(params, "name"), by(person, params));
    return null;
  },
  async "journal.release"({ gateway }, params, person) {
    await gateway.releaseSenders(by(person, params), { force: toggle(params, "force") });
    return null;
  },
  ...patientMethods,
  async "reports.disclosures"({ gateway }, params, person) {
    const query = { ...readPatientQuery(params), all: toggle(params, "all"), by: by(person, params) };
    return { gateway: gateway.name, person, ...await gateway.reports.disclosures(query) };
  },
  async "reports.views"({ gateway }, params, person) {
    const query = { ...readPatientQuery(params), by: by(person, params) };
    return { gateway: gateway.name, person, ...await gateway.reports.views(query) };
  },
  async "reports.access"({ gateway }, params, person) {
    const query = { ...readAccessQuery(params), by: by(person, params) };
    return { gateway: gateway.name, person, ...await gateway.reports.access(query) };
  },
  async "partner.account"({ gateway }, params) {
    const name = text(params, "name"), day = optional(params, "day", text);
    const isAnswered = toggle(params, "now") ? await gateway.reckon(name) : true;
    return {
      isAnswered,
      reckoned: await gateway.reckoned(name) ?? null,
      evidence: day === undefined ? null : await gateway.accountsOf(name, day) ?? null,
    };
  },
  "audit.list": ({ gateway }, params) => listEntries(gateway.ledger, readEntryQuery(params)),
  "audit.head": ({ gateway }, params) => headOf(gateway, optional(params, "epoch", count)),
  "audit.prove": ({ gateway }, params, person) =>
    prove(gateway, {
      id: text(params, "id"),
      destination: optional(params, "destination", text),
      part: optional(params, "part", count),
      withoutPayload: toggle(params, "withoutPayload"),
      by: by(person, params),
    }),
  "audit.alarms": ({ gateway }) => gateway.ledger.alarms(),
  async "audit.settle"({ gateway }, params, person) {
    await gateway.ledger.settleAlarm(text(params, "id"), by(person, params));
    return null;
  },
  async "channel.start"({ gateway }, params) {
    await gateway.startChannel(channel(gateway, params));
    return null;
  },
  async "channel.stop"({ gateway }, params) {
    await gateway.stopChannel(channel(gateway, params));
    return null;
  },
  "channel.flush": ({ gateway }, params, person) =>
    gateway.closeBatch(
      channel(gateway, params),
      optional(params, "destination", text),
      by(person, params),
    ),
  async "channel.pause"({ gateway }, params, person) {
    await gateway.pause(channel(gateway, params), text(params, "destination"), by(person, params));
    return null;
  },
  async "channel.resume"({ gateway }, params, person) {
    await gateway.resume(channel(gateway, params), text(params, "destination"), by(person, params));
    return null;
  },
  "channel.skip": ({ gateway }, params, person) =>
    gateway.skip(channel(gateway, params), text(params, "destination"), by(person, params)),
  async "channel.divert"({ gateway }, params, person) {
    const to = optional(params, "to", text) ?? null;
    await gateway.divert(channel(gateway, params), text(params, "destination"), to, by(person, params));
    return null;
  },
  "channel.reload": ({ deployment }, params, person) => deployment.reload(text(params, "name"), { person }),
  "plan": ({ deployment }, params) => deployment.plan(text(params, "file")),
  "apply": ({ deployment }, params, person) =>
    deployment.apply(text(params, "file"), { channelsOnly: toggle(params, "channelsOnly"), by: { person } }),
  "rollback": ({ deployment }, params, person) =>
    deployment.rollback({ channelsOnly: toggle(params, "channelsOnly"), by: { person } }),
};

const streams: {
  readonly [S in Stream]: (service: ControlService, params: Params) => Feed<unknown>;
} = {
  "journal.backup"({ gateway }, params) {
    const to = text(params, "to");
    return new Feed<BackupLine>((offer) => {
      const leaving = new AbortController();
      gateway.backUp(to, { tell: (progress) => offer({ progress }), signal: leaving.signal }).then(
        (manifest) => offer({ manifest }),
        (cause) => offer({ failed: saidError(errorOf(cause)) }),
      );
      return () => leaving.abort();
    });
  },
  "events.follow"({ gateway }, params) {
    const name = params.name === undefined ? undefined : channel(gateway, params);
    return new Feed((offer) =>
      gateway.observe((event) => {
        const told = followed(event);
        if (told && (name === undefined || told.channel === name)) offer(told);
      })
    );
  },
};

/**
 * Does what a request asks; what is to be followed comes as a feed, and what is done one by one as a generator. Errors: CONTROL_METHOD_UNKNOWN,
 * CONTROL_REQUEST_MALFORMED, and the gateway's own.
 */
export async function answer(
  service: ControlService,
  { method, params, person }: Pick<Request, "method" | "params" | "person">,
): Promise<unknown> {
  if (Object.hasOwn(runs, method)) return runs[method as Run](service.gateway, params, person);
  if (Object.hasOwn(streams, method)) return streams[method as Stream](service, params);
  if (!Object.hasOwn(methods, method)) errors.fail("CONTROL_METHOD_UNKNOWN");
  return await methods[method as Method](service, params, person);
}
/** What is no `MitralError` may hold message content in its text. */
export function errorOf(cause: unknown): MitralError {
  return cause instanceof MitralError ? cause : errors.error("CONTROL_REQUEST_CRASHED", {}, cause);
}
