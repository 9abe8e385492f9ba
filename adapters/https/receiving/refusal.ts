import type { Refusal as AnyRefusal } from "../../_kit/http/refusal.ts";
import type { ListenerCode } from "./errors.ts";

/** Why a request is refused. */
export type Refusal = AnyRefusal<ListenerCode>;
