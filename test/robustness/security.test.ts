import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from './harness/process.ts';
import { CROSSFREE, observed, planted, RUNTIME } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-security-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('memory that the program keeps out of dumps', () => {
  /** Whether the secret is in anything that the run left behind. */
  async function isKept(how: string): Promise<boolean> {
    const program = await build('security/excluded.c');
    const out = join(scratch, how);
    await start([...CROSSFREE, 'run', '--out', out, '--', program, how]);
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.some(({ name }) => name.endsWith('.ledger'))).toBe(true);
    return files.some(({ parentPath, name }) =>
      readFileSync(join(parentPath, name)).includes('SECRET-HERE '),
    );
  }

  it.each(['not', 'included-again', 'back-and-forth'])(
    'is in the crash record when it is %s',
    async (how) => {
      expect(await isKept(how)).toBe(true);
    },
  );

  // of too many ranges nobody knows all: then only the stack is kept
  it.each(['excluded', 'neighbour', 'many', 'many-elsewhere'])('is not when it is %s', async (how) => {
    expect(await isKept(how)).toBe(false);
  });
});

const notRoot = process.getuid?.() === 0 ? lacking('setpriv', 'mkfifo', 'truncate') : 'needs root';
if (notRoot) console.warn(`skipped: another user on this machine: ${notRoot}`);
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** A program, and the runtime, where nobody can run them. */
async function open(source: string, flags: string[] = []): Promise<string> {
  chmodSync(scratch, 0o755);
  const to = join(scratch, source.replaceAll('/', '-'));
  copyFileSync(await build(source, flags), to);
  copyFileSync(RUNTIME, join(scratch, 'libcrossfree.so'));
  return to;
}

describe.skipIf(notRoot)('another user', () => {
  /** Observes a healthy program of ours; meanwhile nobody runs a script, which gets the folder's name as $1. */
  async function attacked(script: string, options: string[] = []) {
    const waits = await open('security/waits.c');
    const done = join(scratch, `done-${Math.random()}`);
    let attack: ReturnType<typeof start> | undefined;
    const onOutput = (stdout: string) => {
      if (attack || !stdout.includes('\n')) return;
      const command = [
        'sh',
        '-c',
        `PATH=/usr/bin:/bin; ${script}`,
        'sh',
        stdout.split('\n')[0] ?? '',
        scratch,
        waits,
      ];
      attack = start([...NOBODY, ...command]);
      attack.finally(() => writeFileSync(done, ''));
    };
    const { run } = await observed([waits, done], { onOutput, options });
    expect(run.outcome).toEqual({ kind: 'exit', code: 0 });
    return { run, said: await attack };
  }

  it.each([
    ['by itself', []],
    ['in a folder that is kept', ['--out', 'kept']],
  ])('cannot find out where ledgers go: %s', async (_, [option, name]) => {
    const options = option && name ? [option, join(scratch, name)] : [];
    const listing = 'ls "$(dirname "$1")"; ls "$1"; echo "$1"; stat -c %a "$(dirname "$1")"';
    const { run, said } = await attacked(listing, options);
    expect(said?.stdout).toMatch(/^\/.*\/[0-9a-f]{32}\n711\n$/);
    expect(said?.stderr.match(/Permission denied/g)).toHaveLength(2);
    expect(run).toMatchObject({ verdict: 'clean', coverage: 'full' });
  });

  it('who knows it all the same puts nothing into our result, at no cost', async () => {
    // what nobody can make elsewhere is made there first
    const waits = await open('security/waits.c');
    const elsewhere = join(scratch, 'elsewhere');
    await start(['install', '-d', '-m', '777', elsewhere]);
    const env = { CROSSFREE_LEDGER_DIR: elsewhere, LD_PRELOAD: join(scratch, 'libcrossfree.so') };
    await start([
      'env',
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      waits,
      waits,
      'fault',
    ]);
    const made = readdirSync(elsewhere).find((name) => name.endsWith('.ledger')) ?? '';
    chmodSync(join(elsewhere, made), 0o644);
    const attack = [
      `true=${join(elsewhere, made)}`,
      `cp $true "$1/${made}"; cp $true "$1/$PPID-1.ledger"; ln -s $true "$1/1-1.ledger"`,
      'for i in 1 2 3 4; do cp $true "$1/$i-2.ledger"; truncate -s 1G "$1/$i-2.ledger"; done',
      'mkfifo "$1/3-3.ledger"; mkdir "$1/4-4.ledger"; cp $true "$1/5\n-5.ledger"; ln -s /etc/shadow "$1/6-6.ledger"',
      'i=0; while [ $i -lt 2000 ]; do : > "$1/7-$i.ledger"; i=$((i+1)); done',
      // and whom to look at, with an answer that leads to a file of ours
      `ln -s ${join(scratch, 'precious')} "$1/$$.inspected"`,
      'echo "0 0 1" > "$1/$$.inspect"; ls "$1" >/dev/null; echo "$1"',
    ].join('\n');
    writeFileSync(join(scratch, 'precious'), 'kept');
    const { run } = await attacked(attack);
    expect(run.findings).toEqual([]);
    expect(run.verdict).toBe('clean');
    expect(run.processes).toHaveLength(1);
    expect(run.observed.gaps).toHaveLength(1);
    expect(run.observed.gaps[0]?.reason).toMatch(
      /^20\d\d files in the run's folder were not read: .*of another user/,
    );
    expect(readFileSync(join(scratch, 'precious'), 'utf8')).toBe('kept');
  });

  it('whom a program becomes is observed', async () => {
    const waits = await open('security/waits.c');
    const command = [...NOBODY, waits, '/', 'fault'];
    const { run } = await planted(command, { within: 'cross_free', normalise: () => '' });
    expect(run.observed.gaps).toEqual([]);
  });

  it('also where what makes it that user is not observed itself', async () => {
    const becomes = await open('security/becomes.c', ['-static']);
    const waits = await open('security/waits.c');
    const { run } = await observed([becomes, waits, '/', 'fault']);
    expect(run.findings).toMatchObject([{ code: 'CF001' }]);
  });

  it('leaves nothing behind in a folder that is kept but what was read', async () => {
    const out = join(scratch, 'out');
    const waits = await open('security/waits.c');
    await start([...CROSSFREE, 'run', '--out', out, '--', ...NOBODY, waits, '/']);
    expect(readdirSync(join(out, 'ledgers')).every((name) => name.endsWith('.ledger'))).toBe(true);
    expect(statSync(join(out, 'ledgers')).mode & 0o777).toBe(0o700);
  });
});
