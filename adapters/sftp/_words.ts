import { MitralError } from "../../runtime/contract/error.ts";
import { type Words, wordsOf } from "../../runtime/contract/words.ts";

/**
 * The words of SFTP for what goes wrong with files. Where the connection is the trouble, that is said, and not what it
 * kept from being done.
 */
export function sftpWords<Code extends string>(own: Words<`SFTP_${Code}`>): Words<Code> {
  const words = wordsOf<"SFTP", Code>("SFTP", own);
  return {
    fail(code, facts, cause) {
      if (cause instanceof MitralError) throw cause;
      return words.fail(code, facts, cause);
    },
    error: (code, facts, cause) => cause instanceof MitralError ? cause : words.error(code, facts, cause),
  };
}
