import { isatty } from 'node:tty';

/**
 * Whether a report on `descriptor` may carry colour: NO_COLOR forbids it, FORCE_COLOR asks for it
 * (`0` and `false` forbid), else a terminal that can show it decides.
 */
export function wantsColour(env: NodeJS.ProcessEnv, descriptor = 2): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return env.TERM !== 'dumb' && isatty(descriptor);
}
