import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/model/index.ts';
import { findingsIn } from './harness/ledgers.ts';
import { start } from './harness/process.ts';
import { acts, CROSSFREE, preloaded, thorough } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-ledgers-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function fresh(name: string): string {
  const directory = mkdtempSync(join(scratch, `${name}-`));
  return directory;
}

describe('kill -9', () => {
  const killed = { kind: 'signal', signal: 'SIGKILL' };

  it('while the program waits: every finding made before is there', async () => {
    const program = await build('limits/many_findings.c');
    const directory = fresh('waiting');
    let sent = false;
    const onOutput = (stdout: string, pid: number) => {
      if (stdout.includes('ready') && !sent) {
        sent = true;
        process.kill(pid, 'SIGKILL');
      }
    };
    const ended = await preloaded([program, '300', 'wait'], directory, { onOutput });
    expect(ended.outcome).toEqual(killed);
    const found = findingsIn(directory);
    expect(found).toHaveLength(301);
    expect(found.every((finding) => finding.code === 1 && finding.count === 1)).toBe(true);
  });

  const times = thorough('killed at a hundred moments instead of ten') ? 100 : 10;
  it('at any moment: what was written stays readable', async () => {
    const program = await build('limits/many_findings.c');
    let most = 0;
    for (let i = 0; i < times; i++) {
      const directory = fresh('any');
      const script = '"$1" 50000 go-on & sleep "$2"; kill -9 $!; wait $!; exit 0';
      const delay = String((0.2 * (i + 1)) / times);
      const ended = await preloaded(['bash', '-c', script, 'bash', program, delay], directory);
      expect(ended.outcome).toEqual({ kind: 'exit', code: 0 });
      const found = findingsIn(directory);
      expect(found.every((finding) => finding.code === 1 && finding.count >= 1)).toBe(true);
      most = Math.max(most, found.length);
      rmSync(directory, { recursive: true });
    }
    expect(most).toBeGreaterThan(0);
  });

  it('of the program under `crossfree run`: reported as killed, with what was found', async () => {
    const program = await build('limits/many_findings.c');
    const json = join(fresh('run'), 'run.json');
    const script = '"$1" 10 wait & sleep 0.3; kill -9 $!; wait $!; kill -9 $$';
    const ended = await start([
      ...CROSSFREE,
      'run',
      '--json',
      json,
      '--',
      'bash',
      '-c',
      script,
      'bash',
      program,
    ]);
    const run = JSON.parse(readFileSync(json, 'utf8')) as Run;
    expect(run.outcome).toMatchObject(killed);
    expect(acts(run.findings)).toBe(11);
    expect(ended.outcome).toEqual({ kind: 'exit', code: 99 });
  });

  it('of crossfree itself: the ledgers stay', async () => {
    const program = await build('limits/many_findings.c');
    const out = fresh('out');
    let sent = false;
    const onOutput = (stdout: string, pid: number) => {
      if (stdout.includes('ready') && !sent) {
        sent = true;
        process.kill(-pid, 'SIGKILL');
      }
    };
    const command = [...CROSSFREE, 'run', '--out', out, '--', program, '10', 'wait'];
    const ended = await start(command, { onOutput });
    expect(ended.outcome).toEqual(killed);
    expect(findingsIn(out)).toHaveLength(11);
  });
});

describe('a full disk', () => {
  const noMount = process.getuid?.() === 0 ? lacking('unshare', 'mount') : 'needs root';
  if (noMount) console.warn(`skipped: a full disk: ${noMount}`);

  /** Runs a program with its ledgers on a disk of `kilobytes`, and copies them to `kept` afterwards. */
  function onSmallDisk(kilobytes: number, kept: string, ...command: string[]) {
    return onDisk('mount -t tmpfs -o size="$1"k,mode=1777 none "$2"', kilobytes, kept, ...command);
  }

  function onDisk(mount: string, kilobytes: number, kept: string, ...command: string[]) {
    const disk = fresh('disk');
    const json = join(kept, 'run.json');
    const script = [
      `${mount} || exit 70`,
      'disk=$2 kept=$3 json=$4; shift 4',
      '"$@"; status=$?',
      'cp -r "$disk" "$kept/disk"; exit $status',
    ].join('\n');
    const run = [...CROSSFREE, 'run', '--out', join(disk, 'out'), '--json', json, '--', ...command];
    const before = ['unshare', '-m', 'bash', '-c', script, 'bash', String(kilobytes), disk, kept, json];
    return start([...before, ...run], { env: { TMPDIR: disk } });
  }

  // A page of the smallest disk; a ledger that cannot begin; one that cannot grow; one that just fits.
  const SIZES = [4, 16, 64, 128, 256, 512, 1024, 2048, 4096, 16384];

  it.skipIf(noMount).each(SIZES)('of %i KiB: the program does not notice', async (kilobytes) => {
    const program = await build('limits/many_findings.c');
    const kept = fresh('full');
    const ended = await onSmallDisk(kilobytes, kept, program, '20000');
    expect(ended.stdout, ended.stderr).toBe('ready\n');
    expect(ended.outcome.kind).toBe('exit');
    expect(ended.stderr).not.toMatch(/SIGBUS|Bus error/);
    if (!existsSync(join(kept, 'run.json'))) return; // crossfree itself found no room and said so
    const run = JSON.parse(readFileSync(join(kept, 'run.json'), 'utf8')) as Run;
    expect(run.outcome).toEqual({ kind: 'exit', code: 0 });
    expect(run.verdict).not.toBe('clean');
    if (acts(run.findings) < 20_001) expect(run.coverage).not.toBe('full');
  });

  it.skipIf(noMount)('that cannot set space aside beforehand', async () => {
    const program = await build('limits/many_findings.c');
    const kept = fresh('ramfs');
    const ended = await onDisk('mount -t ramfs none "$2"', 0, kept, program, '5000');
    expect(ended.stdout, ended.stderr).toBe('ready\n');
    const run = JSON.parse(readFileSync(join(kept, 'run.json'), 'utf8')) as Run;
    expect(acts(run.findings)).toBe(5001);
  });

  it.skipIf(noMount)('fills while many processes write', async () => {
    const program = await build('processes/fork_many.c');
    const kept = fresh('full');
    const script = 'for i in 1 2 3 4 5 6 7 8; do "$1" fault & done; wait; echo done';
    const ended = await onSmallDisk(2048, kept, 'bash', '-c', script, 'bash', program);
    expect(ended.stdout).toBe(`${'sum 2997\n'.repeat(8)}done\n`);
    expect(ended.stderr).not.toMatch(/SIGBUS|Bus error/);
  });
});
