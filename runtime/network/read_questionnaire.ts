import type { Disk } from "../contract/world.ts";
import { asField } from "../contract/spec.ts";
import type { FieldContext } from "../config/_node_checks.ts";
import { type ConfigNode, WHOLE_NETWORK } from "../config/config_node.ts";
import { parseField } from "../config/parse_field.ts";
import { type Problem, Problems } from "../config/problem.ts";
import { readYaml } from "../config/read_yaml.ts";
import { checkQuestionnaire } from "./_check_questionnaire.ts";
import { OPEN, type Questionnaire, questionnaire } from "./questionnaire.ts";

/** A network file, or what stands in its way: there is one exactly where there are no problems. */
export interface NetworkReading {
  readonly questionnaire?: Questionnaire;
  /** In file order. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the text of a network file: every problem at once, each with its place. Questions that nobody has answered come
 * first, and alone. `file`: how problems call it.
 */
export async function readQuestionnaire(
  text: string,
  { file, disk }: { readonly file: string; readonly disk: Disk },
): Promise<NetworkReading> {
  const problems = new Problems(file);
  const root = readYaml(text, problems, { at: WHOLE_NETWORK });
  if (root) noteOpen(root, problems);
  if (!root || problems.count > 0) return { problems: problems.inFileOrder() };
  const context: FieldContext = { problems, folder: "/", disk, env: () => undefined };
  const read = await parseField(asField("A network file.", questionnaire), root, context) as Questionnaire;
  if (problems.count === 0) checkQuestionnaire(read, root, problems);
  return problems.count > 0 ? { problems: problems.inFileOrder() } : { questionnaire: read, problems: [] };
}

/** Notes every answer that is still a question. */
function noteOpen(node: ConfigNode, problems: Problems): void {
  if (node.kind === "map") { for (const { value } of node.entries) noteOpen(value, problems); }
  else if (node.kind === "list") { for (const item of node.items) noteOpen(item, problems); }
  else if (node.kind === "scalar" && node.text === OPEN) {
    const hint = "answer it; what may be left out and nobody knows, take out";
    problems.add(node, "CONFIG_VALUE_INVALID", { rule: "it is still a question" }, hint);
  }
}
