import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { FINDING_KINDS } from '../src/model/index.ts';
import { CROSSFREE, crossfree } from './crossfree.ts';

it.each([
  [['run'], '`run` expects a program'],
  [['run', '--'], '`run` expects a program'],
  [['run', '--timeout', 'soon', '--', 'true'], '`--timeout` expects a duration'],
  [['run', '--timeout'], 'option `--timeout <duration>` argument missing'],
  [['run', '--error-exitcode', '256', '--', 'true'], '`--error-exitcode` expects a number from 0 to 255'],
  [['run', '--on-finding', 'panic', '--', 'true'], '`--on-finding` expects `heal`, `faithful` or `stop`'],
  [['run', '--json', '-', '--', 'true'], '`--json` expects a file'],
  [['run', '--json', '--', 'true'], '`--json` expects a file'],
  [['run', '--json', '/no/such/folder/x.json', '--', 'true'], '`--json` expects a file that can be written'],
  [['run', '--json', '/', '--', 'true'], 'it is a folder'],
  [['run', '--out', '/proc/x', '--', 'true'], '`--out` expects a folder'],
  [['run', '--out', '/etc', '--', 'true'], 'holds something that is no result of crossfree'],
  [
    ['run', '--suppressions', '/no/such/file', '--', 'true'],
    '`--suppressions` expects a file that can be read',
  ],
  [['run', '--wrong', '--', 'true'], 'unknown option `--wrong`'],
  [['run', '--quite', '--', 'true'], 'unknown option `--quite` (Did you mean --quiet?)'],
  [['walk'], 'unknown command `walk`'],
  [['explain', 'CF999'], '`explain` expects'],
  [['explain', 'CF001', 'CF002'], 'too many arguments'],
])('refuses the command line %j', (args, message) => {
  const { status, stdout, stderr } = crossfree(args);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});

it.each([
  [['--help']],
  [['run', '--help']],
  [['explain', '--help']],
  [['doctor', '--help']],
  [['help', 'run']],
])('helps: %j', (args) => {
  const { status, stdout, stderr } = crossfree(args);
  expect(stdout).toMatch(/^Usage: crossfree/);
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('shows its commands when it is told nothing', () => {
  const { status, stderr } = crossfree([]);
  expect(stderr).toMatch(/^Usage: crossfree/);
  expect(stderr).not.toContain('crossfree: ');
  expect(status).toBe(2);
});

it('prints its version', () => {
  expect(crossfree(['--version'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

it('explains', () => {
  expect(crossfree(['explain', 'CF001'])).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^CF001 cross-free\n/),
  });
  const { stdout } = crossfree(['explain']);
  for (const code of Object.keys(FINDING_KINDS)) expect(stdout).toContain(code);
});

it('colours on demand only', () => {
  const sequence = '\x1b[';
  expect(crossfree(['explain', 'latent']).stdout).not.toContain(sequence);
  expect(crossfree(['explain', 'latent'], { env: { FORCE_COLOR: '1' } }).stdout).toContain(sequence);
  expect(crossfree(['explain', 'latent'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain(
    escape,
  );
});

it.each([
  ['--help | true', 0],
  ['run --help | true', 0],
  ['explain CF001 | true', 0],
  ['lab --list | true', 0],
  ['completion bash | true', 0],
  ['walk 2>&1 >/dev/null | true', 2],
  ['run -- /bin/sh -c "exit 7" 2>&1 >/dev/null | true', 7],
])('is quiet where nobody reads: %s', (words, status) => {
  const script = `"$0" "$1" ${words}; exit \${PIPESTATUS[0]}`;
  const ended = spawnSync('bash', ['-c', script, process.execPath, CROSSFREE], { encoding: 'utf8' });
  expect(ended).toMatchObject({ status, stdout: '', stderr: '' });
});
