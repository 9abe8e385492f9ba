import { secretOf } from "../../runtime/contract/spec.ts";
import type { World } from "../../runtime/contract/world.ts";
import { PartnerRegistry } from "../../runtime/trust/partner_registry.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import { type Certified, pki } from "./pki.ts";

/** A folder of certificates and keys that a test can change, and partners who are known by them. */
export class TlsSite implements AsyncDisposable {
  readonly #folder: string;
  readonly #registries: PartnerRegistry[] = [];
  readonly troubles: { readonly partner: string; readonly error: MitralError }[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<TlsSite> {
    return new TlsSite(await Deno.makeTempDir());
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  async write(name: string, text: string): Promise<string> {
    await Deno.writeTextFile(this.path(name), text);
    return this.path(name);
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(this.path(name));
  }

  /** Settings that name a certificate and its key, both in files of that name. */
  async shown(name: string, certified: Certified = pki.server) {
    const certificate = await this.write(`${name}.pem`, certified.chain || certified.certificate);
    const file = await this.write(`${name}.key`, certified.key);
    return { certificate, key: secretOf(certified.key, () => Deno.readTextFile(file)) };
  }

  /** A registry of partners, each with the certificates of a file `NAME.partner.pem`; its clock is the world's. */
  async partners(
    world: World,
    known: Readonly<Record<string, readonly Certified[]>>,
  ): Promise<PartnerRegistry> {
    const proofs: Record<string, { certificates: string[]; pins: string[] }> = {};
    for (const [name, all] of Object.entries(known)) {
      const pem = all.map(({ certificate }) => certificate).join("");
      proofs[name] = { certificates: [await this.write(`${name}.partner.pem`, pem)], pins: [] };
    }
    const registry = await PartnerRegistry.open(proofs, world, (event) => this.troubles.push(event));
    registry.start();
    this.#registries.push(registry);
    return registry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const registry of this.#registries) registry[Symbol.dispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** How an adapter is told to trust the hospital's own root. */
export async function trustingRoot(site: TlsSite) {
  return { ca: [await site.write("root.pem", pki.root.certificate)] };
}
