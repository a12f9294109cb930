import { execFileSync, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { makeProgram } from '../program.ts';
import { bashCompletion } from './bash.ts';
import { type CompletedCommand, commandLineOf } from './command-line.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const line = commandLineOf(makeProgram());
const has = (shell: string) => spawnSync(shell, ['-c', 'true'], { stdio: 'ignore' }).status === 0;

/** What bash offers for the last of these words. */
function offered(words: string[]): string[] {
  const script = `${bashCompletion(line)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _crossfree
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: '/' }).trim().split('\n');
}

it('knows every command and option that the help knows', () => {
  const run = line.find(({ name }) => name === 'run') as CompletedCommand;
  expect(run.options.flatMap(({ flags }) => flags)).toEqual(
    expect.arrayContaining(['--json', '-q', '--quiet']),
  );
  expect(line.map(({ name }) => name)).toEqual(expect.arrayContaining(['run', 'matrix', 'completion']));
});

it('bash completes commands, options, their values, and programs behind --', () => {
  expect(offered(['crossfree', 'ru'])).toEqual(['run']);
  expect(offered(['crossfree', 'run', '--on'])).toEqual(['--on-finding']);
  expect(offered(['crossfree', 'run', '--on-finding', 'f'])).toEqual(['faithful']);
  expect(offered(['crossfree', 'report', '--format', ''])).toContain('junit');
  expect(offered(['crossfree', 'run', '--json', 'bi'])).toEqual(['bin']);
  expect(offered(['crossfree', 'run', '--', 'bas'])).toContain('bash');
  expect(offered(['crossfree', 'run', '--', 'cat', '--js'])).toEqual(['']);
  expect(offered(['crossfree', 'completion', 'z'])).toEqual(['zsh']);
});

it.skipIf(!has('zsh'))('zsh takes its script (needs zsh)', () => {
  const { status, stderr } = spawnSync(
    'zsh',
    [
      '-f',
      '-c',
      `autoload -U compinit; compinit -D -u; eval "$1"; print $_comps[crossfree]`,
      '-',
      zshCompletion(line),
    ],
    { encoding: 'utf8', env: { ...process.env, ZDOTDIR: '/nonexistent' } },
  );
  expect([status, stderr]).toEqual([0, '']);
});

it.skipIf(!has('fish'))('fish completes (needs fish)', () => {
  const complete = (words: string) =>
    execFileSync('fish', ['--no-config', '-c', `${fishCompletion(line)}\ncomplete -C '${words}'`], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((found) => found.split('\t')[0]);
  expect(complete('crossfree ru')).toEqual(['run']);
  expect(complete('crossfree run --on')).toContain('--on-finding');
  expect(complete('crossfree run --on-finding f')).toEqual(['faithful']);
});

it('is quoted so that no description ends a string', () => {
  const hostile: CompletedCommand[] = [
    {
      name: 'x',
      description: `it's [a] "trap": $(exit 3)`,
      argument: { kind: 'free' },
      options: [{ flags: ['--a'], description: `b'c]` }],
    },
  ];
  for (const script of [bashCompletion(hostile)]) execFileSync('bash', ['-n', '-c', script]);
  if (has('zsh')) execFileSync('zsh', ['-n', '-c', zshCompletion(hostile)]);
});
