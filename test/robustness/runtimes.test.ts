import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GO_PATIENCE_MS, withGo } from '../go.ts';
import { observed, planted, unchanged } from './harness/situation.ts';
import { build, lacking, PROGRAMS } from './harness/toolchain.ts';

const program = (name: string) => join(PROGRAMS, 'runtimes', name);

describe('language runtimes', () => {
  it('worker threads of Node, some of which are terminated', async () => {
    await unchanged([process.execPath, program('workers.mjs')], { prints: '4 terminated' });
  });

  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  it.skipIf(lacking('python3'))('a fork pool of Python', async () => {
    const { run } = await unchanged([python, program('pool.py')], { prints: 'MemoryError' });
    expect(run.processes.length).toBeGreaterThanOrEqual(5);
  });

  const noGo = lacking('go', 'gcc');
  it.skipIf(noGo)('a Go program that calls C', { timeout: GO_PATIENCE_MS }, async () => {
    const binary = await withGo(() => build('runtimes/cgo.go'));
    const { run } = await unchanged([binary], { prints: 'sum 52500' });
    expect(run.observed.allocations.c).toBeGreaterThanOrEqual(30_000);
    await planted([binary, 'fault'], { within: 'cross_free' });
  });

  it.skipIf(lacking('java'))('Java', async () => {
    await unchanged(['java', program('Hello.java')], { prints: /488890\nnull\noverflow/ });
  });
});

describe('a sanitizer’s runtime', () => {
  it.skipIf(lacking('gcc')).each(['leak', 'address'])(
    'still tells the last leak: -fsanitize=%s',
    async (kind) => {
      const binary = await build('runtimes/leak.c', [`-fsanitize=${kind}`, '-pthread'], `leak-${kind}`);
      const told = { prints: /^(77 leaked\n){2}$/ };
      const summary = 'grep -o "77 byte(s) leaked" | sed "s/ byte(s)//"';
      await unchanged(['sh', '-c', `for a in "" thread; do ${binary} $a 2>&1 | ${summary}; done`], told);
    },
  );
});

describe('under a debugger', () => {
  /** gdb names processes and threads by numbers that differ from run to run. */
  const normalise = (text: string) => text.replace(/process \d+|LWP \d+|0x[0-9a-f]+/g, 'N');
  const gdb = ['gdb', '-q', '-nx', '-batch', '-ex', 'set debuginfod enabled off'];
  const cannotTrace = lacking('gdb', 'strace');

  it.skipIf(cannotTrace)('gdb runs the program', async () => {
    const fork = await build('processes/fork.c');
    await unchanged([...gdb, '-ex', 'run', '--args', fork], { normalise, prints: 'exited normally' });
    await planted([...gdb, '-ex', 'run', '--args', fork, 'fault'], { normalise, within: 'cross_free' });
  });

  it.skipIf(cannotTrace)('gdb stops in a library that is opened later', async () => {
    const library = await build('modules/counted.c', ['-shared', '-fPIC'], 'counted.so');
    const often = await build('modules/open_often.c');
    const stops = [
      '-ex',
      'set breakpoint pending on',
      '-ex',
      'break make',
      '-ex',
      'run',
      '-ex',
      'backtrace 1',
    ];
    const ends = ['-ex', 'delete', '-ex', 'continue'];
    await unchanged([...gdb, ...stops, ...ends, '--args', often, '100', library], {
      normalise,
      prints: 'sum 400',
    });
  });

  it.skipIf(cannotTrace)('gdb is attached to a program that runs', async () => {
    const wait = await build('signals/endings.c');
    const script = [
      '"$1" wait fault & sleep 0.2',
      'gdb -q -nx -batch -p $! -ex "call (int)puts(\\"from the debugger\\")" -ex "call (int)fflush(0)" >/dev/null 2>&1',
      'kill $!; wait $!; echo "gave $?"',
    ].join('\n');
    await planted(['bash', '-c', script, 'bash', wait], { prints: 'gave 143', within: 'cross_free' });
  });

  it.skipIf(cannotTrace)('strace follows it', async () => {
    const fork = await build('processes/fork.c');
    await unchanged(['strace', '-f', '-o', '/dev/null', fork], { prints: 'child ended with 5' });
    await planted(['strace', '-f', '-o', '/dev/null', fork, 'child-fault'], { within: 'cross_free' });
  });
});

describe('other instruments', () => {
  it.skipIf(lacking('valgrind'))('Valgrind runs the program', async () => {
    const fork = await build('processes/fork.c');
    const command = ['valgrind', '-q', '--error-exitcode=9', fork];
    await unchanged(command, { prints: 'child ended with 5' });
  });

  // A program that carries its own checker wants to be first in line; it must still run.
  it.each(['address', 'undefined', 'thread', 'leak'])('a program built with -fsanitize=%s', async (kind) => {
    const program = await build('processes/fork.c', [`-fsanitize=${kind}`], kind);
    const after = await unchanged([program], { prints: 'child ended with 5' });
    if (after.run.verdict !== 'unobservable') expect(after.run.observed.allocations.c).toBeGreaterThan(100);
  });
});

describe('a seccomp filter that kills', () => {
  it('spares a healthy program that allocates', async () => {
    const filtered = await build('runtimes/seccomp.c');
    await unchanged([filtered], { prints: 'still alive' });
  });

  it('spares one that may only read, write and end', async () => {
    const filtered = await build('runtimes/seccomp.c');
    await unchanged([filtered, 'strict'], { prints: 'strict' });
  });

  it('what was found before it is not lost', async () => {
    const filtered = await build('runtimes/seccomp.c');
    await planted([filtered, 'fault-before'], { prints: 'still alive', within: 'cross_free' });
  });

  it('what is found after it does not kill', async () => {
    const filtered = await build('runtimes/seccomp.c');
    const after = await observed([filtered, 'fault']);
    expect(after.run.outcome).toEqual({ kind: 'exit', code: 0 });
    expect(after.stdout).toBe('still alive\n');
  });
});
