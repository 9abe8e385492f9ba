import { smooth } from "../prepare/grey.ts";
import { type Page, turnPage } from "../prepare/page.ts";
import type { Prepared } from "../prepare/prepare.ts";
import { fullestRows } from "../prepare/upright.ts";
import type { OcrEngine } from "./engines/engine.ts";
import { CONFIDENCE_READ } from "./words.ts";

/** Rows of a page that tell whether it is upside down, in pixels at about 200 dpi. */
const ROWS = 400;

/** The page, turned where it stands on its head: where more is read of it that way. */
export async function uprightByReading({ page, mayStandOnHead }: Prepared, engine: OcrEngine): Promise<Page> {
  if (!mayStandOnHead) return page;
  const part = fullestRows(page, ROWS);
  const asItIs = await lettersRead(part, engine);
  return await lettersRead(turnPage(part, 2), engine) > asItIs ? turnPage(page, 2) : page;
}

async function lettersRead(part: Page, engine: OcrEngine): Promise<number> {
  const { words } = await engine.read(smooth(part), "columns");
  const read = words.filter(({ text, confidence }) =>
    confidence >= CONFIDENCE_READ && /[\p{L}\p{N}]{3}/u.test(text)
  );
  return read.reduce((sum, { text }) => sum + text.length, 0);
}
