import { toggle } from "../contract/spec.ts";
import type { GatewayPlan } from "../engine/plan.ts";
import { type FieldContext, isMisspelt, noteUnknownKeys, plainText, wrongKind } from "./_node_checks.ts";
import { readAnswers, readContent, readInput } from "./_read_content.ts";
import { type ConfigNode, keySpot, type MapNode, valueOf } from "./config_node.ts";
import { parseField } from "./parse_field.ts";
import { shown } from "./problem.ts";
import { didYouMean } from "./suggest.ts";
import {
  destinationName,
  type Expectation,
  type ExpectedSent,
  type PeerAnswer,
  type TestCase,
} from "./test_file.ts";

const CASE_KEYS = ["name", "channel", "input", "keep", "approve", "answers", "ignore", "expect"];

/** What a file says for all of its cases. */
export interface SharedSettings {
  readonly channel?: string;
  readonly ignore: readonly string[];
}

/** Reads the cases of a file, and what it says for all of them, against the gateway they are about. */
export class TestCaseReader {
  readonly #gateway: GatewayPlan;
  readonly #context: FieldContext;

  constructor(gateway: GatewayPlan, context: FieldContext) {
    this.#gateway = gateway;
    this.#context = context;
  }

  /** One case; `undefined`, with the problems noted, where it cannot be used. */
  async read(node: ConfigNode, shared: SharedSettings): Promise<TestCase | undefined> {
    const context = this.#context;
    if (node.kind !== "map") return wrongKind(node, "a case with name, input and expect", context);
    noteUnknownKeys(node, CASE_KEYS, context);
    const named = this.#required(node, "name");
    const name = named && plainText(named, "text", context);
    const given = this.#required(node, "input");
    const input = given && await readInput(given, context);
    const keep = await this.#isSaid(node, "keep");
    const approve = await this.#isSaid(node, "approve");
    const ignore = [...shared.ignore, ...this.paths(node)];
    const wanted = this.#required(node, "expect");
    const channel = valueOf(node, "channel") ? this.channel(node) : shared.channel ?? this.#missing(node);
    if (channel === undefined) return undefined;
    const answers = await this.#answers(valueOf(node, "answers"), channel);
    const expect = wanted && await this.#expectation(wanted, channel);
    if (name === undefined || !input || !expect) return undefined;
    return { name, place: node.place, channel, input, keep, approve, answers, ignore, expect };
  }

  async #isSaid(owner: MapNode, key: "keep" | "approve"): Promise<boolean> {
    const node = valueOf(owner, key);
    return node !== undefined && await parseField(toggle("Whether."), node, this.#context) === true;
  }

  /** The channel a map names; `undefined`, with a problem noted, where it names none there is. */
  channel(owner: MapNode): string | undefined {
    const node = valueOf(owner, "channel")!;
    const name = plainText(node, "the name of a channel", this.#context);
    const names = this.#gateway.channels.map(({ name }) => name);
    if (name === undefined || names.includes(name)) return name;
    const hint = didYouMean(name, names);
    return this.#context.problems.add(node, "CONFIG_CHANNEL_UNKNOWN", { key: shown(name) }, hint);
  }

  /** The paths a map says are not compared. */
  paths(owner: MapNode): readonly string[] {
    const node = valueOf(owner, "ignore");
    if (!node) return [];
    const items = node.kind === "list" ? node.items : [node];
    return items.flatMap((item) => plainText(item, "a path, or a list of paths", this.#context) ?? []);
  }

  #missing(node: ConfigNode): undefined {
    const names = this.#gateway.channels.map(({ name }) => name);
    const hint = `there is ${names.join(", ")}`;
    return this.#context.problems.add(keySpot(node), "CONFIG_VALUE_MISSING", { key: "channel" }, hint);
  }

  #required(owner: MapNode, key: string): ConfigNode | undefined {
    const node = valueOf(owner, key);
    if (!node && !isMisspelt(owner, key, CASE_KEYS)) {
      this.#context.problems.add(keySpot(owner), "CONFIG_VALUE_MISSING", { key });
    }
    return node;
  }

  async #answers(
    node: ConfigNode | undefined,
    channel: string,
  ): Promise<ReadonlyMap<string, readonly PeerAnswer[]>> {
    const answers = new Map<string, readonly PeerAnswer[]>();
    if (!node) return answers;
    if (node.kind !== "map") {
      wrongKind(node, "answers, each under the name of a destination", this.#context);
      return answers;
    }
    for (const { key, value } of node.entries) {
      const destination = this.#destination(key, value, channel);
      const read = await readAnswers(value, this.#context);
      if (destination !== undefined && read) answers.set(destination, read);
    }
    return answers;
  }

  /** `name` of the channel's own, or `channel/name` of any. */
  #destination(
    key: string,
    node: ConfigNode,
    channel: string,
    others: readonly string[] = [],
  ): string | undefined {
    const own = this.#gateway.channels.find(({ name }) => name === channel)!.destinations.map(({ name }) =>
      name
    );
    if (own.includes(key)) return destinationName(channel, key);
    const known = this.#gateway.channels.some(({ name, destinations }) =>
      destinations.some((destination) => destinationName(name, destination.name) === key)
    );
    if (known) return key;
    const spot = { path: node.path, place: node.keyPlace };
    const hint = didYouMean(key, [...own, ...others]);
    return this.#context.problems.add(spot, "CONFIG_DESTINATION_UNKNOWN", { key: shown(key) }, hint);
  }

  async #expectation(node: ConfigNode, channel: string): Promise<Expectation | undefined> {
    const context = this.#context;
    if (node.kind === "scalar") {
      const outcome = this.#outcome(node);
      return outcome && { place: node.place, outcome, sent: [] };
    }
    if (node.kind !== "map") {
      return wrongKind(node, "an outcome, or what is sent to each destination", context);
    }
    let expectation: Expectation = { place: node.place, sent: [] };
    for (const { key, value } of node.entries) {
      if (key === "outcome") {
        const outcome = this.#outcome(value);
        if (outcome) expectation = { ...expectation, outcome };
      } else if (key === "answer") {
        const content = isNone(value) ? null : await readContent(value, context);
        if (content !== undefined) {
          expectation = { ...expectation, answer: { content, place: value.keyPlace } };
        }
      } else {
        const sent = await this.#sent(key, value, channel);
        if (sent) expectation = { ...expectation, sent: [...expectation.sent, sent] };
      }
    }
    return expectation;
  }

  async #sent(label: string, node: ConfigNode, channel: string): Promise<ExpectedSent | undefined> {
    const destination = this.#destination(label, node, channel, ["outcome", "answer"]);
    const items = isNone(node) ? [] : node.kind === "list" ? node.items : [node];
    const messages = [];
    for (const item of items) {
      const content = await readContent(item, this.#context);
      if (content) messages.push(content);
    }
    if (destination === undefined || messages.length < items.length) return undefined;
    return { label, destination, place: node.keyPlace, messages };
  }

  #outcome(node: ConfigNode): Expectation["outcome"] {
    const wanted = "accepted, filtered, reviewing, rejected or the code of an error";
    const text = plainText(node, wanted, this.#context);
    if (text === undefined) return undefined;
    const isKnown = OUTCOMES.includes(text) || /^[A-Z][A-Z0-9]*(_[A-Z0-9]+){2,}$/.test(text);
    if (isKnown) return { text, place: node.keyPlace };
    const rule = `must be ${wanted}, not ${shown(text)}`;
    return this.#context.problems.add(node, "CONFIG_VALUE_INVALID", { rule }, didYouMean(text, OUTCOMES));
  }
}

const OUTCOMES = ["accepted", "filtered", "reviewing", "rejected"];

function isNone(node: ConfigNode): boolean {
  return node.kind === "scalar" && node.text === "none";
}
