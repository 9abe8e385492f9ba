import { join } from "node:path";
import { MllpClient } from "../_kit/mllp.ts";
import { askMitral, GatewayProcess, lastLines, makeMasterKey, mitral } from "../_kit/process.ts";
import { Receiver } from "../_kit/receiver.ts";
import { makeKeys, type Site } from "../_kit/site.ts";
import { type Result, resultsOf } from "./results.ts";

/** Ports of a hospital, by who listens there. */
export interface HospitalPorts {
  /** Its gateway, for the laboratory. */
  readonly lab: number;
  /** Its EHR. */
  readonly ehr: number;
  /** Its gateway, for the other hospital, where there is no relay between. */
  readonly door: number;
}

/** One time that a result came to an EHR. */
interface Arrived {
  readonly controlId: string;
  /** How often the gateway that brought it had been killed. */
  readonly life: number;
}

/** What one hospital says of what it exchanged with the other: see `mitral partner account`. */
export interface Account {
  readonly feeds: readonly {
    readonly way: string;
    readonly feed: string;
    readonly agreedUpTo: number;
    readonly gaps: readonly unknown[];
    readonly missing: readonly unknown[];
    readonly unknown: readonly unknown[];
    readonly contradicted: readonly unknown[];
  }[];
}

/** A hospital: its gateway, which may be killed; its laboratory, which sends; its EHR, which receives. */
export class Hospital implements AsyncDisposable {
  readonly site: Site;
  readonly ports: HospitalPorts;
  /** What its laboratory sends. */
  readonly results: readonly Result[];
  /** Everything that came to its EHR, in order. */
  readonly arrived: Arrived[] = [];
  #life = 0;
  #gateway: GatewayProcess | undefined;
  readonly #ehr: Receiver;
  #watchers: (() => void)[] = [];

  constructor(site: Site, ports: HospitalPorts, messages: number) {
    this.site = site;
    this.ports = ports;
    this.results = resultsOf(site.name, messages);
    this.#ehr = Receiver.listen(ports.ehr, ({ controlId }) => {
      this.arrived.push({ controlId, life: this.#life });
      for (const wake of this.#watchers.splice(0)) wake();
    });
  }

  /** Makes its master key and its own keys. */
  async prepare(): Promise<void> {
    await makeMasterKey(join(this.site.folder, "master.key"));
    await makeKeys(this.site);
  }

  /** Its file of public keys. */
  get publicFile(): string {
    return join(this.site.folder, "keys", `${this.site.name}.partner.json`);
  }

  /** What its people read out on the telephone. */
  async fingerprint(): Promise<string> {
    const [{ fingerprint }] = await askMitral("keys", "show", this.publicFile) as { fingerprint: string }[];
    return fingerprint;
  }

  async start(): Promise<void> {
    this.#gateway = await GatewayProcess.start(this.site);
  }

  /** Kills its gateway, and starts it again. */
  async killAndStart(): Promise<void> {
    await this.#gateway?.kill();
    this.#life++;
    await this.start();
  }

  /** Sends everything its laboratory has; what is not acknowledged is sent again. Calls `sent` after each. */
  async send(sent: () => void): Promise<void> {
    using client = new MllpClient(this.ports.lab);
    for (const { bytes } of this.results) {
      while (await client.ask(bytes) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
      sent();
    }
  }

  /** Resolves when so many different results have come to the EHR. */
  async reached(count: number): Promise<void> {
    while (new Set(this.arrived.map(({ controlId }) => controlId)).size < count) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Asks its gateway something. */
  ask(...args: readonly string[]): Promise<unknown> {
    return askMitral(...args, "--file", this.site.file);
  }

  /** Does something about a partner. */
  async partner(...args: readonly string[]): Promise<Record<string, unknown>> {
    return await askMitral("partner", ...args, "--file", this.site.file) as Record<string, unknown>;
  }

  /** Compares accounts with the other hospital until everything is agreed on, as often as it takes for what is under way. */
  async account(partner: string): Promise<Account> {
    for (let asked = 0;; asked++) {
      await mitral("partner", "account", partner, "--now", "--file", this.site.file);
      const { out } = await mitral("partner", "account", partner, "--json", "--file", this.site.file);
      const account = JSON.parse(out) as Account | null;
      const sent = account?.feeds.find(({ way }) => way === "sent");
      if (account && sent?.agreedUpTo === this.results.length || asked === 30) {
        return account ?? { feeds: [] };
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.stop();
    await this.#ehr[Symbol.asyncDispose]();
  }
}

/** Two organisations meet: an invitation, its answer, and eight words that two people read to each other. */
export async function meet(one: Hospital, other: Hospital, folder: string): Promise<string> {
  const [invitation, answer] = ["invitation.json", "answer.json"].map((name) => join(folder, name));
  await one.partner("invite", other.site.name, "--out", invitation);
  const { words: theirs } = await other.partner("accept", invitation, "--out", answer);
  const { words: ours } = await one.partner("accept", answer);
  const [spoken, heard] = [theirs, ours].map((words) =>
    Array.isArray(words) ? words.join(" ") : String(words)
  );
  await one.partner("confirm", other.site.name, "--words", spoken);
  await other.partner("confirm", one.site.name, "--words", heard);
  if (spoken !== heard) {
    throw new Error(`The two sides have different words:\n${lastLines(`${spoken}\n${heard}`)}`);
  }
  return spoken;
}
