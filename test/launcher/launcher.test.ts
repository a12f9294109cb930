import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launcherProgram } from '../../src/plan/installation.ts';
import { Launcher } from '../../src/run/launcher/launcher.ts';
import { encodeJob, JOB, type Job, type Limits, REPORT } from '../../src/run/launcher/protocol.ts';

let folder: string;
let citizens: string;
let launcher: Launcher;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-launcher-'));
  citizens = join(folder, 'bad_citizens');
  const source = fileURLToPath(new URL('bad_citizens.c', import.meta.url));
  execFileSync('gcc', ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-o', citizens, source]);
  launcher = new Launcher(launcherProgram());
});
afterAll(() => {
  launcher.close();
  rmSync(folder, { recursive: true, force: true });
});

function job(command: string[], limits: Limits = {}, more: Partial<Job> = {}): Job {
  return {
    executable: command[0] ?? '',
    directory: folder,
    arguments: command,
    environment: { PATH: process.env.PATH },
    limits: { timeoutMs: 60_000, ...limits },
    ...more,
  };
}

const shell = (script: string, limits: Limits = {}, more: Partial<Job> = {}) =>
  job(['/bin/sh', '-c', script], limits, more);

let files = 0;
/** Lets a bad citizen loose, and gives what the launcher reports and whom it left behind. */
async function behave(way: string, limits: Limits = {}) {
  const pids = join(folder, `pids-${files++}`);
  const report = await launcher.run(job([citizens, way, pids], limits));
  const known = existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n') : [];
  return { report, known, left: known.filter((pid) => existsSync(`/proc/${pid}`)) };
}

it('has the layout that the compiler gave it', () => {
  const layout = JSON.parse(execFileSync(launcherProgram(), ['--layout'], { encoding: 'utf8' }));
  expect(layout).toEqual({ version: 1, job: JOB, report: REPORT });
});

it('keeps the addresses of a program the same where the kernel lets us, and only when asked', async () => {
  const wanted = { arguments: ['grep', '-e', 'stack', '-e', 'heap', '/proc/self/maps'] };
  const look = (sameAddresses: boolean) => launcher.run(job(['/bin/grep'], {}, { ...wanted, sameAddresses }));
  const [one, other] = [await look(true), await look(true)];
  if (one.sameAddresses) expect(one.stdout).toEqual(other.stdout);
  else console.warn('skipped: this machine does not let us keep addresses the same');
  expect((await look(false)).sameAddresses).toBe(false);
});

describe('a program', () => {
  it('gets its words, directory, environment and input, and its output is kept', async () => {
    const report = await launcher.run(
      shell(
        'echo "$0|$1|$PWD|$KEY"; cat; echo wrong >&2; exit 3',
        {},
        {
          arguments: ['name', '-c', 'echo "$0|$1|$PWD|$KEY"; cat; echo wrong >&2; exit 3', 'zero', 'ä b'],
          environment: { PATH: process.env.PATH, KEY: 'value\n' },
          input: '/proc/sys/kernel/ostype',
        },
      ),
    );
    expect(report).toMatchObject({ kind: 'ended', code: 3, signal: 0, orphans: 0, survivors: 0 });
    expect(report.stdout.head.toString()).toBe(`zero|ä b|${folder}|value\n\nLinux\n`);
    expect(report.stderr.head.toString()).toBe('wrong\n');
  });

  it.each([11, 9, 35, 64])('is told to have died of signal %i, by number', async (signal) => {
    expect(await launcher.run(shell(`kill -${signal} $$`))).toMatchObject({ signal });
  });

  it.each<[Partial<Job>, string]>([
    [{ executable: '/no/such' }, 'no-program'],
    [{ executable: '/etc/passwd' }, 'no-program'],
    [{ directory: '/no/such' }, 'no-directory'],
    [{ input: '/no/such' }, 'no-input'],
  ])('that cannot be started is told: %j', async (more, kind) => {
    expect(await launcher.run(shell('true', {}, more))).toMatchObject({ kind, pid: 0 });
  });

  it('has no terminal, no signal blocked or ignored, and no descriptor of ours', async () => {
    const script = 'ls /proc/self/fd | tr "\\n" " "; grep -E "Sig(Blk|Ign)" /proc/self/status; tty';
    const { stdout } = await launcher.run(shell(script));
    expect(stdout.head.toString()).toMatch(/^0 1 2 3 SigBlk:\t0{16}\nSigIgn:\t0{16}\nnot a tty\n$/);
  });
});

describe('a bad citizen', () => {
  it('that ignores SIGTERM is killed after its time', async () => {
    const { report, known, left } = await behave('ignore-sigterm', { timeoutMs: 300, graceMs: 100 });
    expect(report).toMatchObject({ timedOut: true, signal: 9, survivors: 0 });
    expect([known.length, left]).toEqual([1, []]);
  });

  it('that leaves a daemon behind is cleared away with it', async () => {
    // the daemon has to be there before its parent's parent ends
    const pids = join(folder, 'daemon');
    const report = await launcher.run(
      shell(`${citizens} leave-daemon ${pids}; until [ -s ${pids} ]; do sleep 0.01; done`),
    );
    expect(report).toMatchObject({ code: 0, orphans: 1, survivors: 0 });
    expect(existsSync(`/proc/${readFileSync(pids, 'utf8').trim()}`)).toBe(false);
  });

  it('that writes a gigabyte is heard at its start and its end', async () => {
    const { report } = await behave('write-gigabyte', { keep: 1000 });
    expect(report).toMatchObject({ code: 0, stdout: { dropped: 2 ** 30 + 1 - 2000 } });
    expect(report.stdout.head.toString()).toBe(`<${'x'.repeat(999)}`);
    expect(report.stdout.tail.toString()).toBe(`${'x'.repeat(999)}>`);
  });

  it('that eats memory is ended for it', async () => {
    const { report } = await behave('eat-memory', { memory: 100 * 2 ** 20 });
    expect(report).toMatchObject({ exceeded: 'memory', signal: 9, timedOut: false, survivors: 0 });
  });

  it('that forks without end is ended for it, with all that it made', async () => {
    const { report, known, left } = await behave('fork-often', { processes: 20 });
    expect(report).toMatchObject({ exceeded: 'processes', signal: 9, survivors: 0 });
    expect(known.length).toBeGreaterThan(10);
    expect(left).toEqual([]);
  });

  it('that stops itself hears of its time-out', async () => {
    const { report, left } = await behave('stop-itself', { timeoutMs: 300 });
    expect(report).toMatchObject({ timedOut: true, signal: 15 });
    expect(left).toEqual([]);
  });

  it('that closes every descriptor ends as it likes', async () => {
    expect((await behave('close-everything')).report).toMatchObject({ code: 0, signal: 0 });
  });
});

describe('the launcher', () => {
  it('ends when nobody talks to it any more, and takes along what runs', async () => {
    const own = new Launcher(launcherProgram());
    const pids = join(folder, 'taken-along');
    own.run(job([citizens, 'ignore-sigterm', pids])).catch(() => {});
    await vi.waitFor(() => expect(existsSync(pids) && readFileSync(pids, 'utf8')).toMatch(/\n/), {
      timeout: 20_000,
    });
    own.close();
    const pid = readFileSync(pids, 'utf8').trim();
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), { timeout: 20_000 });
    await expect(own.run(shell('true'))).rejects.toThrow('the launcher was closed');
  });

  it('does not leave the program behind when it is killed itself', async () => {
    const pids = join(folder, 'killed');
    const child = spawn(launcherProgram(), [], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.write(encodeJob(1, job([citizens, 'ignore-sigterm', pids])));
    await vi.waitFor(() => expect(existsSync(pids) && readFileSync(pids, 'utf8')).toMatch(/\n/), {
      timeout: 20_000,
    });
    child.kill('SIGKILL');
    const pid = readFileSync(pids, 'utf8').trim();
    const gone = () =>
      !existsSync(`/proc/${pid}`) || /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    await vi.waitFor(() => expect(gone()).toBe(true), { timeout: 20_000 });
  });

  it('starts nothing of what breaks off or is no job, and says why', () => {
    const marker = join(folder, 'started');
    const whole = encodeJob(1, shell(`echo started > ${marker}`));
    const refused = (input: Buffer) => {
      const { status, signal, stderr } = spawnSync(launcherProgram(), [], { input, encoding: 'utf8' });
      expect([status, signal, existsSync(marker)]).toEqual([2, null, false]);
      expect(stderr).toMatch(/^crossfree-launch: \S.*\n$/);
    };
    for (let length = 1; length < whole.length; length += length < JOB.size + 8 ? 5 : 31)
      refused(whole.subarray(0, length));
    const broken = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(whole);
      change(bytes);
      return bytes;
    };
    refused(broken((bytes) => bytes.writeUInt32LE(1, JOB.magic)));
    refused(broken((bytes) => bytes.writeUInt16LE(9, JOB.version)));
    refused(broken((bytes) => bytes.writeUInt32LE(0xffffffff, JOB.length)));
    refused(broken((bytes) => bytes.writeUInt32LE(0xffffffff, JOB.arguments)));
    refused(broken((bytes) => bytes.writeUInt32LE(0, JOB.arguments)));
    refused(broken((bytes) => bytes.writeUInt32LE(bytes.readUInt32LE(JOB.variables) + 1, JOB.variables)));
    refused(broken((bytes) => bytes.writeUInt32LE(0xffffffff, JOB.head)));
    refused(broken((bytes) => bytes.fill(0x78, JOB.size)));
  });
});
