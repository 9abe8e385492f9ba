import type { Clock, Disk } from "../contract/world.ts";
import type { Identity } from "./identity.ts";
import type { Link } from "./partner_file.ts";

/** What our own file of public keys is made of. */
export interface OwnPartnerFileParts {
  readonly identity: Identity;
  /** `plan.exchange?.links` */
  readonly links: readonly Link[];
  /** `sha256:HEX` of the certificates that doors and ways show. */
  readonly certificates: readonly string[];
  /** Where it lies, absolute: beside the private file, `GATEWAY.partner.json`. */
  readonly file: string;
  readonly disk: Disk;
  readonly clock: Pick<Clock, "nowMs">;
}

/** Our own file of public keys, as partners are to have it. */
export interface OwnPartnerFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly serial: number;
  /** Whether it was written now, since what it says has changed: partners are to get it. */
  readonly isNew: boolean;
}

/**
 * Our own file of public keys, as it is now: the one that lies there where it says the same, else a new one with a higher
 * serial, which is written there first.
 */
export type RenewOwnPartnerFile = (parts: OwnPartnerFileParts) => Promise<OwnPartnerFile>;
