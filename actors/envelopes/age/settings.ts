import { type Config, list, secret, text, toggle, type Unfit } from "../../../runtime/contract/spec.ts";

/** What the `age` envelope can be told. */
export const settings = {
  recipients: list(
    "Whom it is encrypted for, as age-keygen shows them. A way to seal needs one, here or in `recipientsFile`.",
    text("A recipient: `age1…`, or `age1pq1…` where it is to stay secret from quantum computers, too.", {
      pattern: { matches: "age1[0-9a-z]+", says: "is a recipient of age, such as age1…" },
    }),
    {
      default: [],
      orOne: true,
      example: ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
    },
  ),
  recipientsFile: secret(
    "A file with recipients, one a line, read anew for each message. Nothing in it is secret: it is named like one.",
    { optional: true, example: "file:./clearing-house.age.pub" },
  ),
  identity: secret("Our identities, as age-keygen writes them. What arrives is opened with them.", {
    optional: true,
    example: "secret:age-key",
  }),
  signed: toggle(
    "Whether a statement that its sender signed stands before each message. Where it does not, `age -d` gives the message " +
      "and nothing else, and nobody knows whom it is from, how old it is, and whether it was taken before.",
    { default: true },
  ),
};

/** What it was told. */
export type AgeConfig = Config<typeof settings>;

/** Sealing needs recipients, opening an identity. */
export function unfitSettings(
  use: "seal" | "open",
  { recipients, recipientsFile, identity }: AgeConfig,
): readonly Unfit[] {
  if (use === "open") return identity ? [] : [{ setting: "identity", rule: "is needed to open" }];
  if (recipients.length > 0 || recipientsFile) return [];
  return [{ setting: "recipients", rule: "are needed to seal, or recipientsFile" }];
}
