/** Why a request is not what its provider's documentation shows. `message` is a rule, and quotes nothing of it. */
export class Unreadable extends Error {}
