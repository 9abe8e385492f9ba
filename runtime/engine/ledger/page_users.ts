/** Somebody who may sign in to the gateway's page, or might once. */
export interface PageUser {
  /** By which they sign in. */
  readonly name: string;
  /** `reviewer`, who decides, or `viewer`, who looks. Left out: may sign in no more. */
  readonly role?: string;
  /** Another one where the password is another one, and tells nothing of it. */
  readonly mark?: string;
  /** Who made them so. */
  readonly by: string;
}

/** What each was when it was last written down, by name; who is removed is `removed`. */
export type UsersBefore = Readonly<Record<string, string>>;

/** Something that was done to a user. `by`: left out where nobody says who did it. */
export interface UserAct {
  readonly act: string;
  readonly by?: string;
}

/** What has been done since users were last written down, and what to remember of them now. */
export function userChanges(
  before: UsersBefore,
  users: readonly PageUser[],
): { readonly acts: readonly UserAct[]; readonly now: UsersBefore } {
  const acts: UserAct[] = [];
  const now: Record<string, string> = {};
  for (const { name, role, mark = "", by } of users) {
    now[name] = role === undefined ? REMOVED : `${role} ${mark}`;
    const act = actOf(Object.hasOwn(before, name) ? before[name] : REMOVED, now[name], role);
    if (act !== undefined) acts.push({ act: `user ${name} ${act}`, by });
  }
  for (const [name, was] of Object.entries(before)) {
    if (Object.hasOwn(now, name) || was === REMOVED) continue;
    // Not by `mitral users`, which keeps whom it removes.
    acts.push({ act: `user ${name} removed` });
  }
  return { acts, now };
}

const REMOVED = "removed";

function actOf(was: string, is: string, role: string | undefined): string | undefined {
  if (was === is) return undefined;
  if (role === undefined) return REMOVED;
  if (was === REMOVED) return `added as ${role}`;
  return was.startsWith(`${role} `) ? "given another password" : `made ${role}`;
}
