import type { Partners, RelayIdentity } from "../../contract/adapter.ts";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import type { OwnPartnerFile } from "../../trust/own_partner_file.ts";
import type { PartnerBook } from "../../trust/partner_book.ts";
import type { IntakeMemory } from "../intake_memory.ts";
import type { SentFeed } from "../accounts/reckoning.ts";
import type { Unstamped } from "../line.ts";
import type { ExchangePlan } from "../plan.ts";

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly plan: ExchangePlan;
  readonly world: World;
  readonly memory: IntakeMemory;
  readonly keyring: GatewayKeyring;
  readonly partners: Partners;
  readonly book: PartnerBook;
  readonly relay?: RelayIdentity;
  /** The journal there is now: another one after a failure. */
  journal(): Pick<Journal, "ask" | "write" | "found">;
  /** Our own file of public keys, as it is now; left out where nobody is to be sent it. */
  ownFile?(): Promise<Pick<OwnPartnerFile, "bytes" | "partner">>;
  /** What goes to a partner; each feed once. */
  feedsTo(partner: string): readonly SentFeed[];
  newId(): string;
  report(event: Unstamped): void;
}
