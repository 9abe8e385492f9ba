import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { MessageQuery, MessageRecord } from "../../journal/records.ts";

/** Messages that have a word as their control id or in a field they are found by, newest first, each once. */
export async function searchMessages(
  gateway: RunningGateway,
  word: string,
  query: MessageQuery,
): Promise<readonly MessageRecord[]> {
  const found = new Map<string, MessageRecord>();
  const add = async (more: MessageQuery) => {
    for (const record of await gateway.archive.list({ ...query, ...more })) found.set(record.id, record);
  };
  await add({ controlId: word });
  for (const field of gateway.searchFields()) await add({ fields: { ...query.fields, [field]: word } });
  return [...found.values()]
    .sort((a, b) => b.receivedAtMs - a.receivedAtMs || (a.id < b.id ? 1 : -1))
    .slice(0, query.limit ?? 50);
}
