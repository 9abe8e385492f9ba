import type { Reading } from "../../../runtime/contract/adapter.ts";
import type { Facts } from "../../../runtime/contract/error.ts";
import { readBounded } from "../../_kit/http/bounded_body.ts";
import { isRefusal, type Refusal } from "../../_kit/http/refusal.ts";
import { netCode } from "../../_kit/net/net_codes.ts";
import type { ListenerCode } from "../_errors.ts";
import type { Tools } from "../_listener_spec.ts";
import type { Account } from "../account.ts";
import type { Asking, Brought } from "../providers/provider.ts";

/** What a document is fetched for. */
export interface Wanted {
  readonly faxId: string;
  /** Where the request says that it is. */
  readonly url?: string | undefined;
}

/** How a document is fetched. */
export interface Fetching {
  /** Counts what is held of it beside `heldBytes`. */
  readonly memory: Reading;
  readonly heldBytes: number;
  readonly stopped: AbortSignal;
}

type Why = Refusal<ListenerCode>;

/**
 * Fetches a document from the provider's own API, or from where the request says it is, if that is where the provider's
 * documents may be. It goes where it is told by nobody else: a redirection is no answer. Why there is none where it fails;
 * `closed`: we were the one who stopped.
 */
export async function fetchDocument(
  account: Account,
  wanted: Wanted,
  fetching: Fetching,
  tools: Tools,
): Promise<Brought | Why | "closed"> {
  const asking = askingFor(account, wanted);
  if (isRefusal<Asking, ListenerCode>(asking)) return asking;
  const { config: { fetchMsMax, documentBytesMax }, world } = tools,
    { stopped, memory, heldBytes } = fetching;
  const provider = account.name, host = new URL(asking.url).host;
  const failed = (code: ListenerCode, facts: Facts = {}): Why => ({
    status: 502,
    code,
    facts: { provider, host, ...facts },
  });
  const ending = new AbortController();
  const end = () => ending.abort();
  stopped.addEventListener("abort", end, { once: true });
  const forget = world.clock.after(fetchMsMax, end);
  const held = {
    holds: (bytes: number, signal: AbortSignal) => memory.holds(heldBytes + bytes, signal),
    [Symbol.dispose]() {},
  };
  try {
    const response = await world.net.fetch(requestFor(asking, ending.signal));
    const { status, headers, body } = response;
    if (status !== 200) {
      await body?.cancel();
      return failed("FAX_FETCH_REFUSED", { status });
    }
    const { bytes, end } = await readBounded(body, documentBytesMax, ending.signal, held);
    if (end === "large") return failed("FAX_DOCUMENT_TOO_LARGE", { documentBytesMax });
    if (end === "whole" && bytes.length === 0) return failed("FAX_DOCUMENT_EMPTY");
    if (end === "whole") return { bytes, contentType: headers.get("content-type") ?? undefined };
    if (end === "waiting") return "closed";
  } catch (cause) {
    if (!ending.signal.aborted) return failed("FAX_FETCH_FAILED", { reason: netCode(cause) });
  } finally {
    forget();
    stopped.removeEventListener("abort", end);
  }
  return stopped.aborted ? "closed" : failed("FAX_FETCH_LATE", { fetchMsMax });
}

function askingFor({ name, provider, api, media }: Account, { faxId, url }: Wanted): Asking | Why {
  const facts = { provider: name };
  if (url !== undefined) {
    const href = URL.parse(url)?.href ?? "";
    // Whoever could name any URL would have us ask what only we can reach.
    if (!media.some((beginning) => href.startsWith(beginning))) {
      return { status: 502, code: "FAX_URL_FOREIGN", facts };
    }
    return { url: href };
  }
  if (!api || !provider.ask) return { status: 503, code: "FAX_API_MISSING", facts };
  // Nothing in an id may lead to another path.
  if (!/^[\w-]{1,100}$/.test(faxId)) {
    return {
      status: 400,
      code: "FAX_REQUEST_UNREADABLE",
      facts: { ...facts, rule: "its fax has no usable id" },
    };
  }
  return provider.ask(faxId, api);
}

function requestFor({ url, authorization }: Asking, signal: AbortSignal): Request {
  return new Request(url, {
    headers: { accept: "image/tiff, application/pdf, */*;q=0.1", ...(authorization && { authorization }) },
    redirect: "manual",
    signal,
  });
}
