import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { start } from './harness/process.ts';
import { observed, planted, RUNTIME, unchanged } from './harness/situation.ts';
import { build, lacking, REPOSITORY } from './harness/toolchain.ts';

const exits = (code: number) => ({ kind: 'exit', code }) as const;
let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-processes-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('fork without exec', () => {
  it('from one thread: the child releases what the parent made', async () => {
    const program = await build('processes/fork.c');
    const { run } = await unchanged([program], { prints: 'child ended with 5' });
    expect(run.processes).toHaveLength(3);
  });

  it.each(['fault', 'child-fault', 'grandchild-fault'])('%s is found in its process', async (where) => {
    const program = await build('processes/fork.c');
    const { run } = await planted([program, where], { within: 'cross_free' });
    const generation = { fault: 0, 'child-fault': 1, 'grandchild-fault': 2 }[where] ?? -1;
    expect(run.findings[0]?.pid).toBe(run.processes[generation]?.pid);
  });

  it('from many threads that allocate', async () => {
    const program = await build('processes/fork_threads.c');
    await unchanged([program], { prints: '60 good children' });
    await planted([program, 'child-fault'], { within: 'cross_free' });
  });

  it('with handlers that allocate, and from an exit handler', async () => {
    const program = await build('processes/atfork.c');
    await unchanged([program], { prints: 'late child 5' });
    await planted([program, 'fault'], { within: 'cross_free' });
    await planted([program, 'child-fault'], { within: 'cross_free' });
  });

  it('a thousand times', async () => {
    const program = await build('processes/fork_many.c');
    await unchanged([program]);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('by raw clone, also sharing memory', async () => {
    const program = await build('processes/clone.c');
    await unchanged([program], { prints: 'sharing child 8' });
    await planted([program, 'child-fault'], { within: 'cross_free' });
    await planted([program, 'shared-fault'], { within: 'cross_free' });
  });
});

describe('new programs', () => {
  it('vfork and exec', async () => {
    const program = await build('processes/vfork.c');
    await unchanged([program]);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('posix_spawn, popen and system', async () => {
    const program = await build('processes/spawn.c');
    const { run } = await unchanged([program], { prints: 'system gave 6' });
    expect(run.processes.length).toBeGreaterThanOrEqual(13);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('chains of bash with pipes and subshells', async () => {
    const script = [
      '(echo one; (echo two; echo three) | tr a-z A-Z) | sort | cat -n',
      'words=$(printf "%s\\n" b a c | sort | paste -sd,); echo "$words"',
      'for i in 1 2 3; do (exit $i) || echo "gave $?"; done | tee /dev/null | wc -l',
      'diff <(seq 5) <(seq 6) | head -1; (kill -TERM $BASHPID); echo "status $?"',
      'sleep 0.01 & wait; exec bash -c "exit 5"',
    ].join('\n');
    const { run } = await unchanged(['bash', '-c', script], { ends: exits(5), prints: 'a,b,c' });
    expect(run.processes.length).toBeGreaterThan(20);
    expect(run.observed.gaps).toEqual([]);
  });

  it('a fault at the end of a chain', async () => {
    const program = await build('processes/fork.c');
    const script = `echo x | (cat; bash -c '"${program}" child-fault | cat') | sort`;
    await planted(['bash', '-c', script], { within: 'cross_free' });
  });

  it('every member of the exec family, one after another', async () => {
    const program = await build('processes/exec_chain.c');
    const { run } = await planted([program, '9'], { ends: exits(3), prints: 'last', within: 'cross_free' });
    expect(run.findings[0]?.death?.stack.some((frame) => frame.file?.endsWith('exec_chain.c'))).toBe(true);
  });

  it('a megabyte of arguments', async () => {
    const script = `exec bash -c 'echo $# $5' bash $(seq 1 60000)`;
    await unchanged(['bash', '-c', script], { prints: '60000 5' });
  });

  it('a child that goes on when the run is over and its ledgers are gone', async () => {
    const program = await build('processes/outlive.c');
    const library = await build('modules/counted.c', ['-shared', '-fPIC'], 'counted.so');
    const result = join(scratch, 'outlived.txt');
    const gate = join(scratch, 'gate');
    const after = await observed([program, result, library, gate]);
    expect(after.run.outcome).toEqual(exits(0));
    expect(after.stdout).toBe('left it behind\n');
    expect(existsSync(result)).toBe(false);
    writeFileSync(gate, '');
    await vi.waitUntil(() => existsSync(result) && readFileSync(result, 'utf8') !== '', { timeout: 20_000 });
    expect(readFileSync(result, 'utf8')).toBe('child gave 0\n');
  });

  it('an exec that fails', async () => {
    const program = await build('processes/exec_missing.c');
    await unchanged([program], { prints: '-1 No such file' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('a child with an empty environment is not observed, and said not to be', async () => {
    const program = await build('processes/fork.c');
    const command = ['bash', '-c', `env -i "${program}"; echo "gave $?"`];
    const { run } = await unchanged(command, { prints: 'gave 0' });
    expect(run.coverage).not.toBe('full');
    expect(run.observed.gaps.map((gap) => gap.reason).join()).toMatch(/environment|preload/i);
  });

  it('a child that gives up the preload on purpose', async () => {
    const program = await build('processes/fork.c');
    const command = ['bash', '-c', `unset LD_PRELOAD; "${program}"; exit 4`];
    const { run } = await unchanged(command, { ends: exits(4), prints: 'child ended with 5' });
    expect(run.coverage).not.toBe('full');
  });

  it('a child that keeps the preload but loses the rest of the environment', async () => {
    const program = await build('processes/fork.c');
    const command = ['bash', '-c', `env -i LD_PRELOAD="$LD_PRELOAD" "${program}" fault; echo "gave $?"`];
    await start(command).then((ended) => expect(ended.outcome).toEqual(exits(0)));
    const after = await observed(command);
    expect(after.stdout).toBe('child ended with 5\ngave 0\n');
    expect(after.stderr).not.toMatch(/cannot be preloaded/);
  });
});

describe('what a process sees of itself', () => {
  it('the environment', async () => {
    await unchanged([await build('processes/environment.c')], { prints: /^PATH=/m });
  });

  it('another preloaded library stays where it was', async () => {
    const library = await build('processes/interposer.c', ['-shared', '-fPIC'], 'interposer.so');
    const program = await build('processes/preloaded.c');
    const env = { LD_PRELOAD: library };
    const shell = ['env', `LD_PRELOAD=${library}`, program];
    await unchanged(['bash', '-c', `LD_PRELOAD="$LD_PRELOAD\${LD_PRELOAD:+:}${library}" "${program}"`], {
      prints: 'interposer was used',
    });
    // Through the environment of crossfree itself, as in `LD_PRELOAD=x crossfree run -- program`.
    // (There it is in crossfree's own process as well, whose word is at the end.)
    const before = await start(shell);
    const after = await observed([program, 'fault'], { env });
    expect(after.run.outcome).toMatchObject(exits(0));
    expect(after.stdout).toBe(`${before.stdout}interposer was used\n`);
    expect(after.run.findings).toHaveLength(1);
  });

  it('its descriptors, and the contents of its files when it closes those that it does not know', async () => {
    const program = await build('processes/descriptors.c');
    await unchanged([program], { prints: 'first free descriptor was 3' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('a daemon of the old manner', async () => {
    const program = await build('processes/daemon.c');
    const result = join(scratch, 'daemon.txt');
    await unchanged([program, result], { prints: 'daemon wrote this to descriptor 0' });
    expect(readFileSync(result, 'utf8')).toBe('daemon wrote this to descriptor 0\n');
    await planted([program, result, 'fault'], { within: 'cross_free' });
    expect(readFileSync(result, 'utf8')).toBe('daemon wrote this to descriptor 0\n');
  });

  const notRoot = process.getuid?.() === 0 ? undefined : 'needs root';
  if (notRoot) console.warn(`skipped: changed root, other users, setuid: ${notRoot}`);

  it('a place whose name has spaces and colons', async () => {
    const place = join(scratch, 'a place: with spaces');
    mkdirSync(place);
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(REPOSITORY, part), join(place, part), { recursive: true });
    const program = await build('processes/fork.c');
    const crossfree = [process.execPath, join(place, 'bin', 'crossfree.js')];
    const after = await start([...crossfree, 'run', '--', program, 'child-fault'], { cwd: place });
    expect(after.stdout).toBe('child ended with 5\n');
    expect(after.stderr).toContain('CF001 cross-free');
    expect(after.outcome).toEqual(exits(99));
  });

  it.skipIf(notRoot || lacking('unshare', 'umount'))('no /proc', async () => {
    const program = await build('processes/fork.c');
    const hidden = (...words: string[]) => [
      ...['unshare', '-m', 'bash', '-c', 'umount -l /proc && exec "$@"', 'bash', program],
      ...words,
    ];
    await unchanged(hidden(), { prints: 'child ended with 5' });
    await planted(hidden('child-fault'), { within: 'cross_free' });
  });

  it.skipIf(notRoot)('an empty root directory and another user', async () => {
    const program = await build('processes/jail.c');
    await unchanged([program, scratch], { prints: 'user 65534' });
    await planted([program, scratch, 'fault'], { within: 'cross_free' });
  });

  it.skipIf(notRoot || lacking('setpriv', 'unshare'))('a namespace of process ids of its own', async () => {
    const program = await build('processes/fork.c');
    const command = ['unshare', '--fork', '--pid', '--mount-proc', program];
    await unchanged(command, { prints: 'child ended with 5' });
    await planted([...command, 'grandchild-fault'], { within: 'cross_free' });
  });

  it.skipIf(notRoot || lacking('setpriv', 'install'))('a setuid program', async () => {
    const program = await build('processes/preloaded.c');
    const privileged = join(scratch, 'privileged');
    await start(['chmod', '755', scratch]);
    await start(['install', '-m', '4755', program, privileged]);
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    // From a program that is observed: the child cannot be, and works.
    const { run } = await unchanged([...nobody, privileged], { prints: 'nothing' });
    expect(run.coverage).not.toBe('full');
    // Right away.
    const direct = await observed([privileged], {});
    expect(direct.run.outcome).toMatchObject(exits(0));
    if (direct.run.verdict !== 'unobservable') expect(direct.run.observed.allocations.c).toBeGreaterThan(100);
  });

  it.skipIf(notRoot || lacking('setpriv'))('a user who may not write where the ledgers are', async () => {
    const program = await build('processes/fork.c');
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    await start(['chmod', '755', scratch]);
    await start(['install', '-m', '755', program, RUNTIME, scratch]);
    const after = await unchanged([...nobody, join(scratch, 'fork')], { prints: 'child ended with 5' });
    expect(after.run.verdict).toBe('clean');
  });
});
