/** Queries pass through, their answers come back. README.md tells what to look at. */
import { Hl7Message } from "mitral";
import { runExample } from "../_kit/run_example.ts";

/** Whom the index knows, by family name. */
const known: Readonly<Record<string, string>> = {
  Fernández: "PID|1||200417^^^ST_ELSEWHERE^MR||Fernández^Inés||19540903|F",
  Okonkwo: "PID|1||200532^^^ST_ELSEWHERE^MR||Okonkwo^Chidi||19881121|M",
};

await runExample(import.meta.url, async (stage) => {
  const quickAnswered = Promise.withResolvers<void>();
  // The index takes its time over the first question: until the second has been answered.
  const mpi = stage.hl7Peer("mpi", 7110, async (query) => {
    if (query.get("MSH-10") === "ASK-1") await quickAnswered.promise;
    return answerTo(query);
  });
  await stage.start();
  const [slow, quick, unknown] = await stage.messages("queries.hl7");
  const ask = async (query: Hl7Message) => {
    const [answer] = await stage.send(2577, [query]);
    console.log(`  ${query.get("MSH-3")} asked for ${query.get("QPD-3.2")}: ${foundIn(answer)}`);
    return answer;
  };

  console.log("Two systems ask, each over its own connection:");
  const slowAnswer = ask(slow);
  await mpi.until(1);
  const answers = await Promise.all([slowAnswer, ask(quick).finally(quickAnswered.resolve)]);
  const isOwn = (answer: Hl7Message, query: Hl7Message) => answer.get("MSA-2") === query.get("MSH-10");
  stage.claim("each has the answer to its own question", isOwn(answers[0], slow) && isOwn(answers[1], quick));
  const senders = new Set(answers.map((answer) => answer.get("MSH-3")));
  stage.claim(`both come from ${[...senders]}`, senders.size === 1 && senders.has("HUB"));

  console.log("What nobody knows is an answer, too:");
  stage.claim("the index found nobody", (await ask(unknown)).get("QAK-2") === "NF");

  console.log("The same question again, bit for bit:");
  const before = mpi.received.length;
  await ask(quick);
  stage.claim(`the index was asked once more`, mpi.received.length === before + 1);
});

/** HL7 v2.5.1 section 5.6: MSA, QAK with what became of the query, the query itself, what was found. */
function answerTo(query: Hl7Message): Hl7Message {
  const found = known[query.get("QPD-3.2") ?? ""];
  const id = query.get("MSH-10");
  return Hl7Message.parse([
    `MSH|^~\\&|MPI|REGION|${query.get("MSH-3")}|${
      query.get("MSH-4")
    }|20260105081502||RSP^K22^RSP_K21|R-${id}|P|2.5.1||||||UNICODE UTF-8`,
    `MSA|AA|${id}`,
    `QAK|${query.get("QPD-2")}|${found ? "OK" : "NF"}`,
    `QPD|IHE PDQ Query|${query.get("QPD-2")}|${query.raw("QPD-3")}`,
    ...(found ? [found] : []),
  ].join("\r"));
}

function foundIn(answer: Hl7Message): string {
  const [given, family, born] = [answer.get("PID-5.2"), answer.get("PID-5.1"), answer.get("PID-7")];
  return family ? `${given} ${family}, born ${born}` : `nobody (QAK-2 is ${answer.get("QAK-2")})`;
}
