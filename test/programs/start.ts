/** `npm run test:programs -- [GROUP|PROGRAM…]`: checks the names, and lets vitest run what they stand for. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { choose } from './choose.ts';
import { GROUPS } from './list.ts';

const usage = `npm run test:programs -- [GROUP | PROGRAM]…

Runs real programs bare and under observation and compares. Without a name: all of them.
Each group installs what it needs by itself; the names below are groups and their programs.
`;

const overview = (): string =>
  Object.entries(GROUPS)
    .map(([group, programs]) => `\n${group}\n  ${programs.map(({ id }) => id).join(' ')}\n`)
    .join('');

/**
 * @param root the folder of package.json
 * @returns the exit status
 */
export function main(root: string, args: string[]): number {
  if (args.includes('--help') || args.includes('--list')) {
    process.stdout.write(usage + overview());
    return 0;
  }
  const names = args.length ? args : ['all'];
  try {
    choose(names);
  } catch (error) {
    process.stderr.write(`test:programs: ${(error as Error).message}\n`);
    return 2;
  }
  const env = { ...process.env, CROSSFREE_PROGRAMS: names.join(',') };
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const run = spawnSync(process.execPath, [vitest, 'run', 'test/programs'], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  return run.status ?? 1;
}
