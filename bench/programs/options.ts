import { parseArgs } from 'node:util';
import { choose } from '../../test/programs/choose.ts';
import type { Program } from '../../test/programs/program.ts';
import { UsageError } from '../options.ts';

export { UsageError };

export interface Options {
  programs: Program[];
  /** Runs of each kind. */
  pairs: number;
  seed: number;
}

export const usage = `npm run bench:programs -- NAME… [--pairs N] [--seed N]

What crossfree costs programs of the list of real ones (groups and names as in test:programs): wall time
and CPU as ratios to the bare program, in pairs, each run in a fresh directory.

  --pairs N   runs of each kind (default 10)
  --seed N    seed of the order and of the intervals (default 1)

Writes build/bench/programs.json. Programs need their own standard output, the same in every run.
`;

/**
 * @returns what to measure, or undefined when help was asked for
 * @throws UsageError
 */
export function readOptions(args: string[]): Options | undefined {
  const number = (name: string, text: string) => {
    if (!/^[1-9]\d{0,4}$/.test(text))
      throw new UsageError(`\`--${name}\` expects a whole number, got ${JSON.stringify(text)}`);
    return Number(text);
  };
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return undefined;
    if (!positionals.length) throw new UsageError('no program is named; --help tells more');
    return {
      programs: choose(positionals),
      pairs: number('pairs', values.pairs),
      seed: number('seed', values.seed),
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
