/** How many there are to choose from, so that a run in another process begins elsewhere. */
const RANGE = 3000;

/**
 * Free ports for those a page listens on at this machine: tests run side by side. They have four digits, as those of the
 * pages have, so that columns stay in place, and lie below those that systems hand out to whoever asks for any that is free.
 */
export class Ports {
  readonly #given = new Map<string, number>();

  /** @param first Of the range they are from: test files that run at the same time have one each */
  constructor(page: string, first = 3000) {
    const found = page.matchAll(/\bport: ?(\d{4})\b|\b127\.0\.0\.1:(\d{4})\b|-port (\d{4})\b/g);
    const wanted = new Set([...found].map(([, ...places]) => places.find(Boolean)!));
    let next = first + Deno.pid * 37 % RANGE;
    for (const port of wanted) {
      // None that the page has: a text may be made real twice.
      while (wanted.has(String(next)) || !isFree(next)) next = first + (next - first + 1) % RANGE;
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
