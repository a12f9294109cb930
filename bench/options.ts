import { parseArgs } from 'node:util';

export interface Options {
  /** Rounds; each gives one pair per workload and variant. */
  pairs: number;
  /** Rounds in which the peers and the whole command take part. */
  slowPairs: number;
  /** Names of workloads; empty: all. */
  only: string[];
  peers: boolean;
  seed: number;
}

export const usage = `npm run bench:overhead -- [options]

What crossfree costs a program: CPU and memory as ratios to the bare program, taken in alternation.

  --pairs N        pairs per workload (default 15)
  --slow-pairs N   pairs for the peers and for the whole command (default 3)
  --only NAME      only this workload; may be repeated
  --peers none|all the tools beside it (default all)
  --quick          3 pairs, 1 for the slow ones: a glance, not a measurement
  --seed N         seed of the order and of the intervals (default 1)
  --help

Writes build/bench/overhead.md and build/bench/overhead.json.
`;

/** A wrong option; the message names it. */
export class UsageError extends Error {}

/**
 * @param names the workloads there are
 * @returns the options, or undefined when help was asked for
 * @throws UsageError
 */
export function readOptions(args: string[], names: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const only = values.only ?? [];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw wrong('only', `one of ${names.join(', ')}`, unknown);
  const peers = values.peers ?? 'all';
  if (peers !== 'all' && peers !== 'none') throw wrong('peers', 'all or none', peers);
  return {
    pairs: wholeNumber('pairs', values.pairs, values.quick ? 3 : 15),
    slowPairs: wholeNumber('slow-pairs', values['slow-pairs'], values.quick ? 1 : 3),
    seed: wholeNumber('seed', values.seed, 1),
    only,
    peers: peers === 'all',
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        pairs: text,
        'slow-pairs': text,
        only: { type: 'string', multiple: true },
        peers: text,
        quick: flag,
        seed: text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.replaceAll("'", '`'));
  }
}

function wholeNumber(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw wrong(option, 'a whole number from 1 to 999999', text);
  return Number(text);
}

function wrong(option: string, expected: string, came: string): UsageError {
  return new UsageError(`\`--${option}\` expects ${expected}, got ${JSON.stringify(came)}`);
}
