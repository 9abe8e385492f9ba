import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { addOwnKeysOptions, type OwnKeysOptions, readSealedKeys, writeOwnKeys } from "../own_keys.ts";
import { type AddCommand, examples } from "../session.ts";
import { integerReader } from "../values.ts";

interface RotateOptions extends OwnKeysOptions {
  readonly after: number;
  readonly overlap: number;
  readonly now?: boolean;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;

/** `mitral keys rotate` */
export const addKeysRotate: AddCommand = (parent, session) => {
  addOwnKeysOptions(parent.command("rotate"))
    .description("make the gateway's next keys, which take over by themselves; the root key stays")
    .option(
      "--after <days>",
      "when they take over: partners need the new public file before",
      integerReader("--after", 0, 365),
      3,
    )
    .option(
      "--overlap <days>",
      "how long the keys before them are good from then on; longer than expiresMs of any channel",
      integerReader("--overlap", 1, 365),
      14,
    )
    .option("--now", "they take over at once, those made before that wait, too")
    .option("--json", "print files, serial and times as JSON")
    .addHelpText(
      "after",
      examples("mitral keys rotate", "mitral keys rotate --after 7", "mitral keys rotate --now"),
    )
    .action(session.act(async (options: RotateOptions) => {
      const { rotateKeys } = await import("../../../trust/key_changes.ts");
      const own = await readSealedKeys(options, session);
      const nowMs = session.outside.world.clock.nowMs();
      const beginsAtMs = options.now ? nowMs : nowMs + options.after * DAY_MS;
      const rotation = { nowMs, beginsAtMs, overlapMs: options.overlap * DAY_MS };
      const keys = await rotateKeys(own.keys, own.masterKey, rotation);
      const publicPath = await writeOwnKeys({ ...own, keys }, session);
      if (options.json) {
        const { serial } = keys;
        session.printJson({ serial, beginsAtMs, private: own.privatePath, public: publicPath });
      } else {
        session.print(`${session.paint.bold(keys.gateway)} has next keys, from ${timeText(beginsAtMs)} on`);
        const need = beginsAtMs > nowMs
          ? "partners need it before then"
          : "partners refuse us until they have it";
        session.print(`public   ${publicPath}  ${need}`);
        session.print(`private  ${own.privatePath}  a gateway that runs sees it by itself`);
      }
      return exitCodes.ok;
    }));
};
