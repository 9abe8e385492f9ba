import { XML_NAMESPACE } from "./_names.ts";

const XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";

/** What each prefix stands for at one place of a document, while that place moves on. */
export class Namespaces {
  /** The innermost declaration last. */
  readonly #declared = new Map<string, string[]>([["", [""]], ["xml", [XML_NAMESPACE]]]);

  /** What a prefix stands for, empty for no namespace; `undefined` where it is not declared. */
  get(prefix: string): string | undefined {
    return this.#declared.get(prefix)?.at(-1);
  }

  /** Adds a declaration; false where none may be made (Namespaces in XML 1.0, 3 and 5). */
  declare(prefix: string, namespace: string): boolean {
    const isXml = namespace === XML_NAMESPACE;
    if (prefix === "xmlns" || namespace === XMLNS_NAMESPACE || isXml !== (prefix === "xml")) return false;
    if (prefix !== "" && namespace === "") return false;
    const known = this.#declared.get(prefix);
    if (known) known.push(namespace);
    else this.#declared.set(prefix, [namespace]);
    return true;
  }

  /** Takes the last declaration of each of these prefixes back. */
  drop(prefixes: readonly string[]): void {
    for (const prefix of prefixes) this.#declared.get(prefix)?.pop();
  }
}
