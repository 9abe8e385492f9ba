/** One property of a view: where it comes from and as what it is read. */
export interface PartPlan {
  /** Of the field or component; 0 for segments that follow. */
  readonly number: number;
  /** The property; two names for what lies in an object. */
  readonly names: readonly string[];
  /** A data type; for segments that follow, their id. */
  readonly type: string;
  readonly isList: boolean;
  /** For segments that follow: the ids that end them; `*` for any other but those behind a `+`. */
  readonly until: readonly string[];
}

/** Takes the generated lines apart, each when it is first needed. */
export function planner(
  lines: Readonly<Record<string, string>>,
): (id: string) => readonly PartPlan[] | undefined {
  const plans = new Map<string, readonly PartPlan[]>();
  return (id) => {
    if (!Object.hasOwn(lines, id)) return undefined;
    const known = plans.get(id);
    if (known) return known;
    const plan = lines[id].split("|").map(partPlan);
    plans.set(id, plan);
    return plan;
  };
}

function partPlan(text: string): PartPlan {
  const [number, name, type, until = ""] = text.split(" ");
  return {
    number: Number(number),
    names: name.split("."),
    type: type.replace("*", ""),
    isList: type.endsWith("*"),
    until: until === "" ? [] : until.split(","),
  };
}
