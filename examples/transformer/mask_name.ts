import { defineTransformer, type Hl7Message, integer, type Message } from "mitral";

const parts = ["PID-5.1", "PID-5.2", "PID-5.3"];

/**
 * Masks the patient's name: `Nguyễn^Thị Hương` becomes `N*****^T*********`. In a gateway file, beside this one:
 *
 * ```yaml
 * transform:
 *   - ./mask_name.ts: { keep: 1 }
 * ```
 */
export default defineTransformer({
  name: "mask_name",
  about: "Masks the letters of the patient's name, PID-5.",
  config: { keep: integer("Letters of each part that stay.", { min: 0, max: 3, default: 1 }) },
  errors: {},
  transform(message: Message<Hl7Message>, { config: { keep } }) {
    let { body } = message;
    for (const part of parts) {
      const letters = [...body.get(part) ?? ""];
      const masked = letters.map((letter, at) => at < keep ? letter : "*").join("");
      if (masked !== "") body = body.with(part, masked);
    }
    return message.derive({ body });
  },
});
