import { pathOfStaged, stagedName } from "./_virtual_path.ts";

/** What the disk has of a partner's file or folder, beside its content, is in its name. */
export interface Staged {
  /** In its one form. */
  readonly path: string;
  readonly state: "part" | "whole" | "folder";
  /** When its partner says it was, of a whole file: that is how one is known again after a crash. */
  readonly datedMs?: number;
}

const NAME = /^(.+)\.(part|whole|folder)(?:,([0-9a-f]{1,8}))?$/;

/** `in%2Fa.hl7.part`, `in%2Fa.hl7.whole,6553f100`: no name of `stagedName` has a comma. */
export function nameOfStaged({ path, state, datedMs }: Staged): string {
  const dated = state === "whole" && datedMs !== undefined ? `,${(datedMs / 1_000).toString(16)}` : "";
  return `${stagedName(path)}.${state}${dated}`;
}

/** `undefined` where a name is none of ours. */
export function stagedOf(name: string): Staged | undefined {
  const [, encoded, state, dated] = NAME.exec(name) ?? [];
  const path = encoded === undefined ? undefined : pathOfStaged(encoded);
  if (path === undefined) return undefined;
  return {
    path,
    state: state as Staged["state"],
    ...(dated === undefined ? {} : { datedMs: parseInt(dated, 16) * 1_000 }),
  };
}
