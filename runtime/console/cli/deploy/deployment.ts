import { dirname, join } from "node:path";
import type { Problem } from "../../../config/problem.ts";
import type { Disk } from "../../../contract/world.ts";
import type { RunningGateway } from "../../../engine/gateway_api.ts";
import type { ChannelPlan } from "../../../engine/plan.ts";
import type { By } from "../../../journal/acts.ts";
import {
  areNone,
  changesBetween,
  type Comparable,
  type GatewayChanges,
  isOf,
} from "../../control/changes.ts";
import { errors as controlErrors } from "../../control/errors.ts";
import { fromLine, isRecord, type Planned, toLine } from "../../control/protocol.ts";
import { errors } from "../errors.ts";
import { kindOf } from "../explain.ts";
import { type FileReading, readGatewayFile } from "../gateway_file.ts";
import type { Session } from "../session.ts";
import { type FileTexts, withTexts } from "./file_texts.ts";
import { switchChannels } from "./switch_channels.ts";

/** What a gateway runs, and what it is made of. */
export interface Deployed extends Comparable {
  readonly texts: FileTexts;
  /** Every file and folder it was read from: what may change it. */
  readonly paths: ReadonlySet<string>;
}

/** How far a file is applied. */
export interface ApplyOptions {
  /** Leaves differences of the gateway as a whole for its next start, instead of refusing them. */
  readonly channelsOnly: boolean;
  /** Who wants it; left out where a file has changed and nobody was asked. */
  readonly by?: By;
}

/** What a running gateway is told to run: compares files with it, puts them in place, and the one before back. */
export class Deployment {
  readonly #gateway: RunningGateway;
  readonly #session: Session;
  /** Where the texts of the file before are kept: somebody may have overwritten it. */
  readonly #keptPath: string;
  /** As it was typed: problems name it like that. */
  #file: string;
  #deployed: Deployed;
  /** One change at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(gateway: RunningGateway, session: Session, file: string, deployed: Deployed) {
    this.#gateway = gateway;
    this.#session = session;
    this.#file = file;
    this.#deployed = deployed;
    this.#keptPath = join(deployed.plan.data, "before.json");
  }

  /** Every file and folder that what runs was read from, absolute. */
  get paths(): ReadonlySet<string> {
    return this.#deployed.paths;
  }

  /** Puts the file in place as it is now. See {@linkcode Deployment.apply}. */
  refresh(options: ApplyOptions): Promise<Planned> {
    return this.apply(this.#file, options);
  }

  /** Reads the gateway file again and gives one channel its new plan. Errors: CONTROL_CHANNEL_UNKNOWN, its listener's. */
  reload(name: string, by: By): Promise<readonly Problem[]> {
    return this.#inTurn(async () => {
      const { plan, settings, texts, paths, problems } = await this.#read(this.#file);
      if (!plan || !settings) return problems;
      const channel = plan.channels.find((channel) => channel.name === name) ??
        controlErrors.fail("CONTROL_CHANNEL_UNKNOWN");
      await this.#gateway.reloadChannel(channel, by);
      const old = this.#deployed;
      const isIts = (path: string) => isOf(path, name);
      const deployed = {
        plan: { ...old.plan, channels: withChannel(old.plan.channels, channel) },
        settings: new Map([
          ...[...old.settings].filter(([path]) => !isIts(path)),
          ...[...settings].filter(([path]) => isIts(path)),
        ]),
      };
      // The file as a whole runs only when nothing else in it differs.
      const isWhole = areNone(changesBetween(deployed, { plan, settings }, this.#gateway.snapshot()));
      this.#deployed = { ...deployed, texts: isWhole ? texts : old.texts, paths };
      return [];
    });
  }

  /** Says what a file would change, or what is wrong with it. Errors: CONSOLE_FOLDER_DIFFERENT. */
  plan(file: string): Promise<Planned> {
    return this.#inTurn(async () => {
      const reading = await this.#read(file);
      const next = this.#comparable(reading);
      return next ? { problems: [], changes: this.#changesTo(next) } : { problems: reading.problems };
    });
  }

  /**
   * Puts a file in place: all of it or, where a channel does not start, nothing of it. Errors: CONSOLE_RESTART_NEEDED,
   * CONSOLE_FOLDER_DIFFERENT, CONSOLE_APPLY_UNDONE, CONSOLE_APPLY_STUCK.
   */
  apply(file: string, options: ApplyOptions): Promise<Planned> {
    return this.#inTurn(async () => await this.#apply(await this.#read(file), options));
  }

  /** Puts the file before back in place. Errors: CONSOLE_ROLLBACK_EMPTY, and those of {@linkcode Deployment.apply}. */
  rollback(options: ApplyOptions): Promise<Planned> {
    return this.#inTurn(async () => {
      const { disk } = this.#session.outside.world;
      const kept = readKept(await disk.readText(this.#keptPath).catch(() => "null"));
      if (!kept) return errors.fail("CONSOLE_ROLLBACK_EMPTY", { folder: dirname(this.#keptPath) });
      return await this.#apply(
        await this.#read(kept.file, withTexts(disk, kept)),
        options,
      );
    });
  }

  async #apply(reading: FileReading, { channelsOnly, by }: ApplyOptions): Promise<Planned> {
    const next = this.#comparable(reading);
    if (!next) return { problems: reading.problems };
    const old = this.#deployed;
    const changes = this.#changesTo(next);
    const [first] = changes.gateway;
    if (first && !channelsOnly) {
      errors.fail("CONSOLE_RESTART_NEEDED", { path: first.path, count: changes.gateway.length });
    }
    const differ = changes.channels.length > 0;
    const { disk } = this.#session.outside.world;
    if (differ) {
      await this.#keepAside(old.texts);
      try {
        await switchChannels(this.#gateway, changes.channels, old.plan.channels, next.plan.channels, by);
      } catch (cause) {
        await disk.remove(this.#asidePath).catch(() => {});
        throw cause;
      }
    }
    // What needs a restart goes on to differ.
    const settings = changes.gateway.length === 0 ? next.settings : channelSettings(next, old);
    const { texts, paths } = reading;
    this.#deployed = { plan: { ...old.plan, channels: next.plan.channels }, settings, texts, paths };
    if (this.#session.path(this.#file) !== texts.file) this.#file = texts.file;
    if (differ) await disk.rename(this.#asidePath, this.#keptPath);
    return { problems: [], changes };
  }

  /** With the variables the gateway was started with. */
  #read(file: string, from?: Disk): Promise<FileReading> {
    const { variablesFile: env } = this.#deployed.texts;
    return readGatewayFile(file, this.#session, { ...(env ? { env } : {}), ...(from ? { from } : {}) });
  }

  #changesTo(next: Comparable): GatewayChanges {
    return changesBetween(this.#deployed, next, this.#gateway.snapshot());
  }

  #comparable({ plan, settings, texts }: FileReading): Comparable | undefined {
    if (!plan || !settings) return undefined;
    const { folder } = this.#deployed.plan;
    // Paths would mean other files.
    if (plan.folder !== folder) errors.fail("CONSOLE_FOLDER_DIFFERENT", { path: texts.file, folder });
    return { plan, settings };
  }

  /** Keeps texts where they are no good yet: a full disk is found out before anything is changed. */
  async #keepAside(texts: FileTexts): Promise<void> {
    const path = this.#asidePath;
    try {
      const bytes = new TextEncoder().encode(toLine(texts));
      await this.#session.outside.world.disk.writeAtomic(path, bytes, { mode: 0o600 });
    } catch (cause) {
      errors.fail("CONSOLE_FILE_UNWRITABLE", { path, reason: kindOf(cause) }, cause);
    }
  }

  get #asidePath(): string {
    return `${this.#keptPath}.next`;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(act);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}

function withChannel(channels: readonly ChannelPlan[], channel: ChannelPlan): readonly ChannelPlan[] {
  const isThere = channels.some(({ name }) => name === channel.name);
  return isThere
    ? channels.map((each) => each.name === channel.name ? channel : each)
    : [...channels, channel];
}

/** The new settings of channels beside the old ones of the gateway. */
function channelSettings(next: Comparable, old: Comparable): Comparable["settings"] {
  const names = [...old.plan.channels, ...next.plan.channels].map(({ name }) => name);
  const isChannels = ([path]: readonly [string, unknown]) => names.some((name) => isOf(path, name));
  return new Map([
    ...[...old.settings].filter((setting) => !isChannels(setting)),
    ...[...next.settings].filter(isChannels),
  ]);
}

function readKept(line: string): FileTexts | undefined {
  const kept = fromLine(line);
  return isRecord(kept) && typeof kept.file === "string" && isRecord(kept.texts)
    ? { file: kept.file, texts: kept.texts as FileTexts["texts"] }
    : undefined;
}
