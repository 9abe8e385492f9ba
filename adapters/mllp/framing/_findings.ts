import type { Finding } from "../../../runtime/contract/adapter.ts";

/** Notes a finding: its code, where it shows, what a person is told, and whether the adapter copes with it. */
export type Find = (code: string, at: number, says: string, isTolerated?: boolean) => void;

/** Findings by code: each the first time it shows. */
export class Findings {
  readonly #byCode = new Map<string, Finding>();

  add(code: string, at: number, says: string, isTolerated = false): void {
    if (!this.#byCode.has(code)) this.#byCode.set(code, { code, says, at, isTolerated });
  }

  /** By offset. */
  sorted(): readonly Finding[] {
    return [...this.#byCode.values()].sort((a, b) => a.at - b.at);
  }
}
