import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fieldsOf, MllpClient } from "../../../examples/_kit/mllp.ts";
import { freePorts } from "../../../examples/_kit/ports.ts";
import { GatewayProcess, mitral } from "../../../examples/_kit/process.ts";
import { Receiver } from "../../../examples/_kit/receiver.ts";
import { withFolder } from "./console_kit.ts";

const PATIENTS = ["ANN", "BEN", "CAT", "DAN"];
const CHANGES = 6;
/** Messages of each patient after the last change. */
const MORE = 20;
/** Far more than are ever sent: an end for a run that goes wrong. */
const MESSAGES_MAX = 20_000;

Deno.test("changes applied to a running gateway under load lose nothing, repeat nothing, and reorder nothing", () =>
  withFolder(async (cwd) => {
    const [listening, ehrPort, registryPort] = freePorts(3);
    const path = join(cwd, "gateway.yaml");
    const file = (version: number) =>
      `gateway: busy
channels:
  inbox:
    listen: { mllp: { port: ${listening} } }
    parse: hl7v2
    transform: [ { set: { MSH-6: V${version} } } ]
    send:
      ehr: { mllp: { host: 127.0.0.1, port: ${ehrPort} } }
      registry: { mllp: { host: 127.0.0.1, port: ${registryPort} }, order: by PID-3${
        version % 2 === 0 ? "" : ", filter: MSH-9.1 = ORU"
      } }
`;
    const atEhr = new Inbox(ehrPort);
    const atRegistry = new Inbox(registryPort);
    await using _ehr = atEhr.receiver;
    await using _registry = atRegistry.receiver;
    await Deno.writeTextFile(path, file(0));
    const gateway = await GatewayProcess.start({ name: "busy", file: path, log: join(cwd, "gateway.log") });
    try {
      let isChanging = true;
      const sending = PATIENTS.map((patient) => sendAll(listening, patient, () => isChanging));
      const versions: string[] = [];
      for (let version = 1; version <= CHANGES; version++) {
        await Promise.race([atEhr.untilMore(MORE), gateway.fallen]);
        await Deno.writeTextFile(path, file(version));
        const { code, out, err } = await mitral("apply", path);
        assertEquals(code, 0, out + err);
        versions.push(`V${version}`);
      }
      isChanging = false;
      const sent = await Promise.race([Promise.all(sending), gateway.fallen]);
      const expected = Object.fromEntries(PATIENTS.map((patient, at) => [patient, numbersTo(sent[at])]));
      const count = sent.reduce((sum, each) => sum + each);
      for (const inbox of [atEhr, atRegistry]) {
        await Promise.race([inbox.until(count), gateway.fallen]);
        assertEquals(inbox.byPatient(), expected);
      }
      assert(versions.every((version) => atEhr.versions.has(version)), "a change was never seen");
      assertEquals(await gateway.stop(), 0);
      assertEquals([atEhr.count, atRegistry.count], [count, count]);
    } finally {
      await gateway.kill();
    }
  }));

/** One sender of one patient's results: the next once the one before is answered; again what was not. How many. */
async function sendAll(port: number, patient: string, isBusy: () => boolean): Promise<number> {
  using client = new MllpClient(port);
  let number = 0;
  for (let more = MORE; more > 0 && number < MESSAGES_MAX; isBusy() ? more = MORE : more--) {
    number++;
    const message = new TextEncoder().encode(
      `MSH|^~\\&|LAB|ST E|EHR||2026||ORU^R01|${patient}${number}|P|2.5\rPID|||${patient}\rOBX|1|NM|NUMBER||${number}\r`,
    );
    for (;;) {
      const answer = await client.ask(message);
      if (answer === undefined) continue;
      assertEquals(fieldsOf(answer)[1][1], "AA");
      break;
    }
  }
  return number;
}

/** What a receiving system has, in order. */
class Inbox {
  readonly receiver: Receiver;
  readonly versions = new Set<string>();
  readonly #numbers = new Map<string, number[]>();
  #count = 0;
  #waiting: (() => void)[] = [];

  constructor(port: number) {
    this.receiver = Receiver.listen(port, ({ message }) => this.#take(fieldsOf(message)));
  }

  get count(): number {
    return this.#count;
  }

  /** Numbers of each patient's messages. */
  byPatient(): Record<string, number[]> {
    return Object.fromEntries([...this.#numbers].toSorted());
  }

  async until(count: number): Promise<void> {
    while (this.#count < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  untilMore(count: number): Promise<void> {
    return this.until(this.#count + count);
  }

  #take([header, pid, obx]: string[][]): void {
    const numbers = this.#numbers.getOrInsertComputed(pid[3], () => []);
    numbers.push(Number(obx[5]));
    this.versions.add(header[6]);
    this.#count++;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}
