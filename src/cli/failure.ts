import { printable } from '../report/printable.ts';
import { say } from '../report/say.ts';

/** Exit status when crossfree itself could not do its work. */
export const OWN_FAILURE = 125;

/** The command line cannot be meant: exit status 2. */
export class UsageError extends Error {}

/** Says on stderr why we end, and sets the exit status. */
export function fail(error: Error, status = 2): void {
  say(`crossfree: ${printable(error.message)}\n`);
  process.exitCode = status;
}

/** The message for an option whose value cannot be meant. */
export function badValue(option: string, expected: string, came: string): UsageError {
  return new UsageError(`\`${option}\` expects ${expected}, but got \`${came}\``);
}
