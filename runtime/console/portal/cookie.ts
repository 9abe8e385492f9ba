import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { PageAddress } from "./address.ts";

/** The cookie a session is known by. */
export class SessionCookie {
  readonly #name: string;
  readonly #isSecure: boolean;

  constructor({ isSecure }: PageAddress, port: number) {
    // Cookies know no ports: two gateways on one machine must not sign each other's people out.
    this.#name = isSecure ? "__Host-mitral" : `mitral-${port}`;
    this.#isSecure = isSecure;
  }

  read(context: Context): string | undefined {
    return getCookie(context, this.#name);
  }

  set(context: Context, id: string): void {
    setCookie(context, this.#name, id, {
      path: "/",
      httpOnly: true,
      sameSite: "Strict",
      secure: this.#isSecure,
    });
  }

  clear(context: Context): void {
    setCookie(context, this.#name, "", {
      path: "/",
      httpOnly: true,
      sameSite: "Strict",
      secure: this.#isSecure,
      maxAge: 0,
    });
  }
}
