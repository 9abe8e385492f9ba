/**
 * `fast-check`, which makes up the same values in each run, so that a test fails for what was changed and for nothing
 * else. `MITRAL_TEST_SEED` has it make up others. Who tests a component outside the repository may grant no access to
 * the environment.
 */
import fc from "fast-check";

const name = "MITRAL_TEST_SEED";
const readable = Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
fc.configureGlobal({ seed: Number(readable && Deno.env.get(name) || 20260215) });

export * from "fast-check";
export default fc;
