import { documo } from "./documo.ts";
import { efax } from "./efax.ts";
import { interfax } from "./interfax.ts";
import { phaxio } from "./phaxio.ts";
import type { Provider } from "./provider.ts";
import { sinch } from "./sinch.ts";
import { telnyx } from "./telnyx.ts";

/** Every provider, by its `kind`. */
export const providers = { sinch, phaxio, documo, interfax, telnyx, efax } as const satisfies Readonly<
  Record<string, Provider>
>;

/** What kinds there are. */
export const kinds: readonly (keyof typeof providers)[] = [
  "sinch",
  "phaxio",
  "documo",
  "interfax",
  "telnyx",
  "efax",
];
