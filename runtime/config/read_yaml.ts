import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type ConfigNode, type Entry, type MapNode, pathOf, WHOLE } from "./config_node.ts";
import { FILE_LIMITS } from "./gateway_defaults.ts";
import { type Place, type Problems, shown, type Spot } from "./problem.ts";
import { placesOf } from "./_places.ts";
import { yamlRule } from "./_yaml_rules.ts";

/** What a text is read with. */
export interface YamlOptions {
  /** The file it is, where it is not the gateway file itself. */
  readonly file?: string;
  /** The path of its root; that of the whole gateway file where left out. */
  readonly at?: string;
  /** What `${NAME}` stands for; left out, there is no file of variables. */
  readonly variables?: ReadonlyMap<string, string>;
}

/**
 * Reads YAML 1.2 as a tree of source text with places: no value is turned into a number, a date or a boolean.
 * Anchors and aliases are allowed, bounded by what they stand for; merge keys, tags and several documents are not.
 * `${NAME}` in a value stands for a variable, after the file was taken apart: what it holds is never YAML.
 * `undefined` where there is no tree to go on with; problems are noted either way.
 */
export function readYaml(
  text: string,
  problems: Problems,
  options: YamlOptions = {},
): ConfigNode | undefined {
  const source = hideVariables(text.startsWith("\ufeff") ? text.slice(1) : text);
  const placeAt = placesOf(source, options.file);
  const refuse = (offset: number, rule: string, hint?: string) =>
    problems.add({ path: WHOLE, place: placeAt(offset) }, "CONFIG_YAML_UNSUPPORTED", { rule }, hint);

  if (source.length > FILE_LIMITS.textCharactersMax) {
    return refuse(0, `it is longer than ${FILE_LIMITS.textCharactersMax} characters`);
  }
  const documents = parse(source);
  if (documents === undefined) return refuse(0, "it is nested too deeply");
  if (documents.length > 1) {
    const second = documents[1].contents?.range?.[0] ?? documents[1].range?.[0] ?? 0;
    return refuse(second, "a gateway file is one document", "end the file before the second ---");
  }
  const document = documents[0];
  const faults = [...document?.errors ?? [], ...document?.warnings ?? []];
  const faultyLines = new Set<number>();
  for (const fault of faults.sort((a, b) => a.pos[0] - b.pos[0])) {
    // What is never closed is missed at the end: the last thing written is a better place than the void after it.
    const place = placeAt(Math.min(fault.pos[0], Math.max(0, source.trimEnd().length - 1)));
    // One slip makes the parser stumble over the rest of its line: the first stumble says it all.
    if (faultyLines.has(place.line)) continue;
    faultyLines.add(place.line);
    const { code, facts, hint } = yamlRule(fault.code, source, fault.pos[0]);
    problems.add({ path: WHOLE, place }, code, facts, hint);
  }
  if (faults.length > 0) return undefined;
  return new TreeBuilder(document, placeAt, problems, options).build();
}

/**
 * A variable has braces, which YAML would take for its own wherever a value stands in braces. They are hidden from it
 * behind characters that no text has (Unicode's noncharacters), one for one, so that places stay what they are.
 */
function hideVariables(text: string): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, "\ufdd0\ufdd1$1\ufdd2");
}

function shownVariables(text: string): string {
  return text.replaceAll("\ufdd0\ufdd1", "${").replaceAll("\ufdd2", "}");
}

function parse(source: string): Document.Parsed[] | undefined {
  try {
    const found = parseAllDocuments(source, {
      schema: "failsafe",
      // The library's own messages quote the file, and with it whatever secret stands there.
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: "silent",
    });
    return Array.isArray(found) ? found : [];
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

class TreeBuilder {
  readonly #document: Document.Parsed | undefined;
  readonly #placeAt: (offset: number) => Place;
  readonly #problems: Problems;
  readonly #options: YamlOptions;
  /** Aliases being followed: one that meets itself would never end. */
  readonly #open = new Set<Node>();
  #nodes = 0;
  /** There is YAML that cannot be used: whatever is missing then may be missing for that alone. */
  #broken = false;

  constructor(
    document: Document.Parsed | undefined,
    placeAt: (offset: number) => Place,
    problems: Problems,
    options: YamlOptions,
  ) {
    this.#document = document;
    this.#options = options;
    this.#placeAt = placeAt;
    this.#problems = problems;
  }

  build(): ConfigNode | undefined {
    const start = this.#placeAt(0);
    const root = this.#document?.contents;
    const path = this.#options.at ?? WHOLE;
    const tree = root
      ? this.#node(root, path, this.#placeOf(root), 0)
      : { kind: "empty", bare: false, path, place: start, keyPlace: start } as const;
    return this.#broken ? undefined : tree;
  }

  #placeOf(node: Node): Place {
    return this.#placeAt(node.range?.[0] ?? 0);
  }

  #node(node: Node | null, path: string, keyPlace: Place, depth: number): ConfigNode {
    const place = node ? this.#placeOf(node) : keyPlace;
    const empty = { kind: "empty", bare: node === null, path, place, keyPlace } as const;
    if (node === null || !this.#mayGoOn(path, place, depth)) return empty;
    if (isAlias(node)) return this.#alias(node, path, keyPlace, depth);
    if (isCollection(node)) {
      if (this.#open.has(node)) {
        this.#refuse(path, place, "an alias holds itself");
        return empty;
      }
      this.#open.add(node);
      const built = isMap(node)
        ? this.#map(node, path, keyPlace, depth)
        : this.#list(node as YAMLSeq, path, keyPlace, depth);
      this.#open.delete(node);
      return built;
    }
    if (!isScalar(node)) return empty;
    const isEmpty = node.type === "PLAIN" && node.source === "";
    if (isEmpty) return empty;
    const written = shownVariables(String(node.value));
    const variables = new Map<string, string>();
    const text = this.#filledIn(written, variables, { path, place });
    const filled = variables.size === 0 ? {} : { written, variables };
    return { kind: "scalar", text, path, place, keyPlace, ...filled };
  }

  /** A value with its variables, which are noted in `filled`; `$${` stands for a `${` that is none. */
  #filledIn(text: string, filled: Map<string, string>, spot: Spot): string {
    if (!text.includes("${")) return text;
    return text.replace(/\$(?:\$(?=\{)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g, (whole, name?: string) => {
      if (name === undefined) return "$";
      const value = this.#options.variables?.get(name);
      if (value !== undefined) {
        filled.set(name, value);
        return value;
      }
      const hint = `give it a line ${name}=… in the file of variables, or write $\${ for a plain \${`;
      this.#problems.add(spot, "CONFIG_VARIABLE_MISSING", { name }, hint);
      return whole;
    });
  }

  #refuse(path: string, place: Place, rule: string, hint?: string): undefined {
    this.#broken = true;
    this.#problems.add({ path, place }, "CONFIG_YAML_UNSUPPORTED", { rule }, hint);
  }

  #mayGoOn(path: string, place: Place, depth: number): boolean {
    if (depth > FILE_LIMITS.depthMax) {
      this.#refuse(path, place, `nested more than ${FILE_LIMITS.depthMax} deep`);
      return false;
    }
    this.#nodes++;
    if (this.#nodes === FILE_LIMITS.nodesMax + 1) {
      this.#refuse(path, place, `more than ${FILE_LIMITS.nodesMax} values, counting what aliases stand for`);
    }
    return this.#nodes <= FILE_LIMITS.nodesMax;
  }

  #alias(alias: Alias, path: string, keyPlace: Place, depth: number): ConfigNode {
    const target = alias.resolve(this.#document!);
    if (target) return this.#node(target, path, keyPlace, depth);
    const place = this.#placeOf(alias);
    // Not quoted: it may be a secret that starts with an asterisk.
    this.#refuse(path, place, "an alias needs an anchor before it", "quote text that starts with *");
    return { kind: "empty", bare: false, path, place, keyPlace };
  }

  #list(list: YAMLSeq, path: string, keyPlace: Place, depth: number): ConfigNode {
    const items = list.items.map((item, index) => {
      const node = item as Node;
      return this.#node(node, pathOf(path, index), this.#placeOf(node), depth + 1);
    });
    return { kind: "list", items, flow: list.flow === true, path, place: this.#placeOf(list), keyPlace };
  }

  #map(map: YAMLMap, path: string, keyPlace: Place, depth: number): MapNode {
    const entries: Entry[] = [];
    const lineOf = new Map<string, number>();
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const place = this.#placeOf(pair.key);
      const key = this.#key(pair.key, path, place);
      if (key === undefined) continue;
      const first = lineOf.get(key);
      if (first !== undefined) {
        const facts = { key: shown(key), line: first };
        this.#problems.add({ path, place }, "CONFIG_KEY_REPEATED", facts);
        continue;
      }
      lineOf.set(key, place.line);
      entries.push({ key, value: this.#node(pair.value, pathOf(path, shown(key)), place, depth + 1) });
    }
    return { kind: "map", entries, path, place: this.#placeOf(map), keyPlace };
  }

  #key(node: Node, path: string, place: Place): string | undefined {
    if (!isScalar(node)) {
      return this.#refuse(path, place, "a key must be text");
    }
    const key = shownVariables(String(node.value));
    if (node.type === "PLAIN" && key === "<<") {
      const hint = "write the settings out, or give a whole value an alias";
      return this.#refuse(path, place, "merge keys are not read", hint);
    }
    if (node.type === "PLAIN" && key === "") {
      return this.#refuse(path, place, "a key is missing");
    }
    return key;
  }
}
