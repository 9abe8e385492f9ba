import type { MitralError } from "../../contract/error.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { By } from "../../journal/acts.ts";
import type { MessageContent, MessageQuery } from "../../journal/records.ts";
import { by, optional, type Params, readQuery, record, text, texts, toggle } from "./params.ts";
import { type ExportedMessage, type Run, type Runs, type ToldError, unconfirmedMax } from "./protocol.ts";

/** Every method that does something to one thing after the other. */
export const runs: {
  readonly [R in Run]: (
    gateway: RunningGateway,
    params: Params,
    person: string,
  ) => AsyncGenerator<Runs[R]["line"]>;
} = {
  async *"messages.replayAll"(gateway, params, person) {
    const which = params.ids === undefined
      ? readQuery(gateway, record(params, "query"))
      : { ids: texts(params, "ids") };
    const isConfirmed = toggle(params, "confirmed") && params.reason !== undefined;
    const replayed = gateway.replayAll(which, {
      destination: optional(params, "destination", text),
      everywhere: toggle(params, "everywhere"),
      force: toggle(params, "force"),
      by: by(person, params),
      ...(isConfirmed ? {} : { most: unconfirmedMax }),
    });
    for await (const { error, ...each } of replayed) {
      yield error ? { ...each, error: told(error) } : each;
    }
  },
  "partner.test": (gateway, params) => gateway.testPartner(text(params, "name")),
  async *"messages.export"(gateway, params, person) {
    text(params, "reason");
    const query = readQuery(gateway, record(params, "query"));
    yield* exported(gateway, query, text(params, "of"), by(person, params));
  },
};

/**
 * Messages with their bytes, oldest first: as received, or what was made of them for a destination. Who gets them is
 * recorded before they are sent. Holds one message at a time.
 */
async function* exported(
  gateway: RunningGateway,
  query: MessageQuery,
  of: string,
  person: By,
): AsyncGenerator<ExportedMessage> {
  let next: Pick<MessageQuery, "after"> = {};
  for (;;) {
    const page = await gateway.archive.list({ ...query, ...next, order: "oldest", limit: PAGE });
    if (page.length === 0) return;
    await gateway.noteSeen(page.map(({ id }) => id), "exported", person);
    for (const message of page) {
      const parts = partsOf(await gateway.archive.show(message.id), of);
      if (parts.length > 0) yield { message, parts };
    }
    next = { after: page[page.length - 1].id };
  }
}

/** Messages whose export is recorded at once. */
const PAGE = 100;

function partsOf(shown: MessageContent | undefined, of: string): ExportedMessage["parts"] {
  if (!shown) return [];
  if (of === "received") return [{ bytes: shown.received, contentType: shown.contentType }];
  return shown.payloads.filter(({ destination }) => destination === of)
    .map(({ bytes, contentType }) => ({ bytes, contentType }));
}

/** An error as an answer tells it. */
export function told({ code, message }: MitralError): ToldError {
  return { code, message };
}
