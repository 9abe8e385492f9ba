import { assert, assertEquals } from "@std/assert";
import { readMessage } from "../../../../runtime/console/cli/send_messages.ts";
import { splitMessages } from "../../../../runtime/console/cli/split_messages.ts";
import { hl7With } from "../../../actors/formats/hl7v2/hl7_with.ts";

const corpus = Deno.env.get("CORPUS") ?? new URL("../../../../../shared/corpus", import.meta.url).pathname;

interface BatchCase {
  readonly file: string;
  readonly controlIds: readonly string[];
}

async function readCases(): Promise<readonly BatchCase[] | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(`${corpus}/cases/dev/batch_corpus.json`)).cases;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

Deno.test("console finds every message of the corpus's batch files, in order", async () => {
  const cases = await readCases();
  if (!cases) return console.log("SKIP: ../shared/corpus not found");
  assert(cases.length > 0);
  const format = hl7With();
  for (const { file, controlIds } of cases) {
    const messages = splitMessages(await Deno.readFile(`${corpus}/${file}`), format);
    const found = messages.map((bytes) => readMessage(bytes, format).controlId);
    // What is too broken to be named is still sent.
    assertEquals(found.filter((id) => id !== ""), controlIds.filter((id) => id !== ""), file);
  }
});
