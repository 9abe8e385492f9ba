import { resolve } from "node:path";
import { type FieldContext, noteSplitText, noteUnknownKeys, plainText, wrongKind } from "./_node_checks.ts";
import { type ConfigNode, valueOf } from "./config_node.ts";
import { shown } from "./problem.ts";
import { suggest } from "./suggest.ts";
import {
  type Content,
  type ContentValue,
  PEER_CONDUCTS,
  type PeerAnswer,
  type PeerConduct,
  type Text,
  type Whole,
} from "./test_file.ts";

const CONTENT = "a message as text, values by path, or file: and the path of a file with the message";

/** Content, whole as text or from a file, or by values. `undefined`, with a problem noted, where it is none. */
export async function readContent(node: ConfigNode, context: FieldContext): Promise<Content | undefined> {
  if (node.kind !== "map") return await readWhole(node, CONTENT, context);
  if (isFile(node)) return await readWhole(node, CONTENT, context);
  const values: ContentValue[] = [];
  for (const { key: path, value: found } of node.entries) {
    if (noteSplitText(node, found, context)) continue;
    const value = readValue(found, context);
    if (value !== undefined) values.push({ path, value, place: found.keyPlace });
  }
  if (node.entries.length === 0) return context.problems.add(node, "CONFIG_VALUE_MISSING", { key: "a path" });
  return { kind: "values", place: node.place, values };
}

function readValue(node: ConfigNode, context: FieldContext): ContentValue["value"] | undefined {
  if (node.kind === "empty") return "";
  if (node.kind !== "list") return plainText(node, "a value, or a list of values", context);
  return node.items.flatMap((item) => plainText(item, "a value", context) ?? []);
}

/** A message as it goes in. */
export async function readInput(node: ConfigNode, context: FieldContext): Promise<Text | undefined> {
  const wanted = "a message as text, or file: and the path of a file with the message";
  if (node.kind === "map" && !isFile(node)) {
    noteUnknownKeys(node, ["file"], context);
    if (!valueOf(node, "file")) return undefined;
  }
  return await readWhole(node, wanted, context);
}

async function readWhole(
  node: ConfigNode,
  wanted: string,
  context: FieldContext,
): Promise<Whole | undefined> {
  const file = node.kind === "map" ? valueOf(node, "file") : undefined;
  if (file) return await readFile(file, context);
  const text = node.kind === "scalar" || node.kind === "list"
    ? plainText(node, wanted, context)
    : wrongKind(node, wanted, context);
  if (text === undefined) return undefined;
  return { kind: "whole", bytes: new TextEncoder().encode(text), place: node.place };
}

async function readFile(node: ConfigNode, context: FieldContext): Promise<Whole | undefined> {
  const text = plainText(node, "the path of a file", context);
  if (text === undefined) return undefined;
  const path = resolve(context.folder, text);
  try {
    return { kind: "whole", bytes: await context.disk.read(path), place: node.place };
  } catch {
    return context.problems.add(node, "CONFIG_PATH_MISSING", { expected: "file", path: shown(path) });
  }
}

/** One file and nothing else: a format whose paths can be called `file` is compared by another one, too. */
function isFile(node: ConfigNode): boolean {
  return node.kind === "map" && node.entries.length === 1 && node.entries[0].key === "file";
}

/** What a peer does, in a word or by its answer; one thing, or a list of what it does in turn. */
export async function readAnswers(
  node: ConfigNode,
  context: FieldContext,
): Promise<readonly PeerAnswer[] | undefined> {
  const items = node.kind === "list" ? node.items : [node];
  const answers: PeerAnswer[] = [];
  for (const item of items) {
    const answer = await readAnswer(item, context);
    if (answer !== undefined) answers.push(answer);
  }
  if (items.length === 0) return context.problems.add(node, "CONFIG_VALUE_MISSING", { key: "an answer" });
  return answers.length === items.length ? answers : undefined;
}

async function readAnswer(node: ConfigNode, context: FieldContext): Promise<PeerAnswer | undefined> {
  if (node.kind !== "scalar") return await readContent(node, context);
  if (isConduct(node.text)) return node.text;
  // One plain word is no message of any format that answers.
  if (/^[A-Za-z]+$/.test(node.text)) {
    const near = suggest(node.text, PEER_CONDUCTS);
    const rule = `must be ${PEER_CONDUCTS.join(", ")}, values by path, or a whole answer, not ${
      shown(node.text)
    }`;
    return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule }, near && `did you mean ${near}?`);
  }
  return await readContent(node, context);
}

function isConduct(text: string): text is PeerConduct {
  return (PEER_CONDUCTS as readonly string[]).includes(text);
}
