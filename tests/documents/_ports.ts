/** Below those that systems hand out, so that nobody gets one by asking for any that is free. */
const FIRST = 3000, LAST = 9999;

/**
 * Free ports for those a page listens on at this machine: tests run side by side. They have four digits, as those of the
 * pages have, so that columns stay in place.
 */
export class Ports {
  readonly #given = new Map<string, number>();

  constructor(page: string) {
    const found = page.matchAll(/\bport: ?(\d{4})\b|\b127\.0\.0\.1:(\d{4})\b/g);
    const wanted = new Set([...found].map(([, inFile, inAddress]) => inFile ?? inAddress));
    let next = FIRST + Deno.pid * 37 % (LAST - FIRST);
    for (const port of wanted) {
      // None that the page has: a text may be made real twice.
      while (wanted.has(String(next)) || !isFree(next)) next = FIRST + (next - FIRST + 1) % (LAST - FIRST);
      this.#given.set(port, next++);
    }
  }

  /** A text with these ports in place of the page's. */
  real(text: string): string {
    return text.replace(/(?<![\w-])\d{4}(?![\w-])/g, (number) => String(this.#given.get(number) ?? number));
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}
