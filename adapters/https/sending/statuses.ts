import { choice, type Config, map, type Unfit } from "../../../runtime/contract/spec.ts";

/** What statuses are to mean. */
export const statuses = map(
  "What a status means, where it is to mean something else: by its number or, for all that begin so, as 4xx. " +
    "`accepted`, whatever the answer says; `rejected`, for good; `retry`, as where nobody answers.",
  "status",
  choice("What it means.", ["accepted", "rejected", "retry"]),
  { default: {}, example: { 409: "accepted", 422: "retry" } },
);

/** What they say, parsed. */
export type Statuses = Config<typeof statuses>;

/** What a status is to mean; `undefined` where the settings say nothing of it. */
export function saidOf(status: number, statuses: Statuses): string | undefined {
  return own(statuses, String(status)) ?? own(statuses, `${Math.floor(status / 100)}xx`);
}

/** Names that no answer can have. */
export function unfitStatuses(statuses: Statuses): Unfit[] {
  return Object.keys(statuses).filter((name) => !/^[2-5](\d\d|xx)$/.test(name)).map((name) => ({
    setting: "statuses",
    rule: `must have statuses from 200 to 599, or such as 4xx, and not ${name}`,
  }));
}

function own(statuses: Statuses, name: string): string | undefined {
  return Object.hasOwn(statuses, name) ? statuses[name] : undefined;
}
