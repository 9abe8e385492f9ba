import type { ServerTls, TlsRefusal } from "../../../runtime/contract/tls.ts";
import type { Acceptor, Connection } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { type Certified, pki } from "../../world/pki.ts";

const { net } = denoWorld;

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A server that says `IN:` and whom it takes the client for, to everybody it lets in, and ends. */
export class Greeter implements AsyncDisposable {
  readonly #refusals: TlsRefusal[];
  readonly guests: Connection[] = [];
  readonly #acceptor: Acceptor;
  readonly #accepting: Promise<void>;
  #refused: () => void = () => {};

  private constructor(acceptor: Acceptor, refusals: TlsRefusal[], stays: boolean) {
    this.#acceptor = acceptor;
    this.#refusals = refusals;
    this.#accepting = this.#accept(stays);
  }

  /** `clients`: who may come, by fingerprint; anybody where left out. `stays`: it does not end. */
  static async open(
    options: Partial<ServerTls> & { readonly known?: ReadonlyMap<string, string>; readonly stays?: boolean } =
      {},
    handshakeMsMax = 10_000,
  ): Promise<Greeter> {
    const { known, stays = false, ...tls } = options;
    const refusals: TlsRefusal[] = [];
    let tell = () => {};
    const acceptor = await net.listen({
      host: "127.0.0.1",
      port: 0,
      handshakeMsMax,
      tls: () => ({
        ...shownBy(pki.server),
        versionMin: "1.2",
        ...(known ? { clients: { admit: ({ fingerprint }) => known.get(fingerprint) } } : {}),
        ...tls,
      }),
      refused: (refusal) => {
        refusals.push(refusal);
        tell();
      },
    });
    const greeter = new Greeter(acceptor, refusals, stays);
    tell = () => greeter.#refused();
    return greeter;
  }

  get port(): number {
    return this.#acceptor.port;
  }

  review(): void {
    this.#acceptor.review();
  }

  /** Resolves with the next refusal that has not been looked at. */
  async nextRefusal(): Promise<TlsRefusal> {
    for (;;) {
      const refusal = this.#refusals.shift();
      if (refusal) return refusal;
      await new Promise<void>((resolve) => this.#refused = resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#acceptor.close();
    for (const guest of this.guests) guest.close();
    await this.#accepting;
  }

  async #accept(stays: boolean): Promise<void> {
    for await (const connection of this.#acceptor) {
      this.guests.push(connection);
      await connection.write(bytesOf(`IN: ${connection.partner ?? "anybody"}\n`)).catch(() => {});
      if (!stays) connection.close();
    }
  }
}

export const shownBy = ({ chain, certificate, key }: Certified) => ({
  certificate: chain || certificate,
  key,
});
