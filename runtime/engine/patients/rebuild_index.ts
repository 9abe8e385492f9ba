import type { PatientChange } from "../../contract/patient.ts";
import type { Journal } from "../../journal/journal.ts";
import type { MessageRecord } from "../../journal/records.ts";
import { speaks } from "../formats.ts";
import type { PatientIndexParts } from "./patient_index.ts";
import type { RebuiltIndex } from "./patients_api.ts";

/** Messages that are looked for at once. */
const PAGE = 200;

/** Reads the messages of channels that are through, oldest first, and tells the index what they say of patients. */
export async function rebuildIndex(
  from: readonly string[],
  { keeper: { journal }, world, channels }: Pick<PatientIndexParts, "keeper" | "world" | "channels">,
): Promise<RebuiltIndex> {
  // What comes from now on is told as it comes.
  const untilMs = world.clock.nowMs() + 1;
  let [messages, unreadable] = [0, 0];
  for (const channel of from) {
    const reads = readerOf(channels.get(channel));
    let after: string | undefined;
    for (;;) {
      const page = await journal.archive.list({
        channel,
        untilMs,
        order: "oldest",
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const { id, state } of page) {
        if (!THROUGH.has(state)) continue;
        const changes = await changesIn(id, journal, reads);
        if (changes === undefined) unreadable++;
        else messages++;
        const seq = await journal.ask({ ask: "seqOf", id });
        if (seq === undefined || !changes || changes.length === 0) continue;
        await journal.write({ op: "tellPatients", seq, changes }, "patient");
      }
      if (page.length < PAGE) break;
      after = page.at(-1)!.id;
    }
  }
  return { messages, unreadable };
}

const THROUGH: ReadonlySet<MessageRecord["state"]> = new Set(["processed", "filtered"]);

type Reads = (bytes: Uint8Array, contentType: string) => readonly PatientChange[];

function readerOf(channel: ReturnType<PatientIndexParts["channels"]["get"]>): Reads {
  if (!channel) return () => [];
  const { formats, plan } = channel, format = formats.named(plan.parse.spec.name);
  return (bytes, contentType) =>
    speaks(format, contentType) ? format.demographics(format.parse(bytes, contentType)) : [];
}

/** `undefined` where nobody can read the message any more. */
async function changesIn(
  id: string,
  journal: Journal,
  reads: Reads,
): Promise<readonly PatientChange[] | undefined> {
  try {
    const message = await journal.archive.show(id);
    return message && reads(message.received, message.contentType);
  } catch {
    return undefined;
  }
}
