/** Two gateways that meet, each with its own folder of partners, for tests. */
import { parseAcceptance } from "../../../runtime/trust/acceptance.ts";
import { heldIn } from "../../../runtime/trust/_handed_file.ts";
import { parseInvitation } from "../../../runtime/trust/invitation.ts";
import {
  acceptInvitation,
  confirm,
  invite,
  type OurAct,
  takeAcceptance,
  wordsFor,
} from "../../../runtime/trust/onboarding.ts";
import { PartnerFolder } from "../../../runtime/trust/partner_folder.ts";
import type { PartnerRecord } from "../../../runtime/trust/partner_record.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

export const DAY_MS = 86_400_000;
export const NOW_MS = MADE_AT_MS + DAY_MS;

/** One side: the gateway `NAME.example`, its partners in a folder of their own. */
export class Side {
  readonly name: string;
  readonly folder: PartnerFolder;
  nowMs = NOW_MS;

  constructor(name: string, root: string) {
    this.name = name;
    this.folder = new PartnerFolder(`${root}/${name}`, denoWorld);
  }

  /** What this side acts with. */
  async act(): Promise<OurAct> {
    const { folder, nowMs, name } = this;
    const ours = await heldIn((await gatewayOf(name)).partnerFile, `${name}.json`);
    return { folder, nowMs, by: `${name}-admin`, ours };
  }

  /** Invites a partner; the bytes of the invitation. */
  async invite(partner: string, token = crypto.getRandomValues(new Uint8Array(16))): Promise<Uint8Array> {
    const act = await this.act();
    const { root } = (await gatewayOf(this.name)).identity;
    return await invite(partner, act, { root, token, expiresAtMs: this.nowMs + 7 * DAY_MS });
  }

  /** Accepts an invitation, under this name for whoever invites. */
  async accept(partner: string, invitation: Uint8Array) {
    const file = "invitation.json";
    const chance = crypto.getRandomValues(new Uint8Array(16));
    return await acceptInvitation(
      partner,
      await parseInvitation(invitation, file),
      file,
      await this.act(),
      chance,
    );
  }

  /** Takes the answer to an invitation. */
  async take(acceptance: Uint8Array): Promise<PartnerRecord> {
    const file = "acceptance.json";
    return await takeAcceptance(await parseAcceptance(acceptance, file), file, await this.act());
  }

  /** Confirms a partner by the words it has itself. */
  async confirm(partner: string): Promise<PartnerRecord> {
    const words = wordsFor(await this.folder.get(partner)) ?? [];
    return await confirm(partner, words.join(" "), await this.act());
  }
}

/** Lets two sides meet to the end: `one` invites. Each calls the other by its bare name. */
export async function meet(one: Side, other: Side): Promise<void> {
  const { bytes } = await other.accept(one.name, await one.invite(other.name));
  await one.take(bytes);
  await one.confirm(other.name);
  await other.confirm(one.name);
}

/** Gives a test two sides in a folder that is removed afterwards. */
export async function withSides(
  use: (one: Side, other: Side, root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await use(new Side("hospital", root), new Side("lab", root), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** A file as JSON, changed. */
export function changed(bytes: Uint8Array, change: (file: JsonFile) => unknown): Uint8Array {
  const file = JSON.parse(new TextDecoder().decode(bytes));
  return new TextEncoder().encode(JSON.stringify(change(file)));
}

/** A file as JSON. */
interface JsonFile {
  readonly [part: string]: unknown;
  readonly partner?: object;
}
