import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../src/model/index.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { CROSSFREE, crossfree } from './crossfree.ts';

/** A block released twice: the simplest fault of all. It exits with 5. */
const FAULT = `
#include <stdlib.h>
static void *hide(void *p) { __asm__ volatile("" : "+r"(p)); return p; }
int main(void) {
  char *block = hide(malloc(24));
  free(block);
  free(hide(block));
  return 5;
}`;

let folder: string;
const file = (name: string) => join(folder, name);
const readRun = (name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as Run;
const run = (args: string[], command: string[], options = {}) =>
  crossfree(['run', ...args, '--', ...command], { cwd: folder, ...options });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-cli-'));
  writeFileSync(file('fault.c'), FAULT);
  execFileSync('gcc', ['-w', '-g', '-O1', '-o', file('fault'), file('fault.c')]);
  execFileSync('gcc', ['-w', '-static', '-o', file('static'), file('fault.c')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a program without a fault', () => {
  it('keeps its input, output and exit status; the report is one line on stderr', () => {
    const ended = run([], ['sh', '-c', 'cat; echo problem >&2; exit 7'], { input: 'text\n' });
    expect(ended.stdout).toBe('text\n');
    expect(ended.stderr).toMatch(/^problem\ncrossfree {2}CLEAN {3}sh -c .* exited 7 · no finding.*\n$/);
    expect(ended.status).toBe(7);
  });

  it.each([
    ['TERM', 143, 'KILLED'],
    ['SEGV', 139, 'CRASHED'],
  ])('ended by SIG%s gives status %i and the verdict %s', (signal, status, verdict) => {
    const ended = run([], ['sh', '-c', `kill -${signal} $$`]);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(`crossfree  ${verdict}   `);
    expect(ended.stderr).toContain(`was ended by SIG${signal}`);
  });

  it('takes options of its own, with and without --', () => {
    expect(crossfree(['run', 'printf', '%s ', '--json', '-q', '--']).stdout).toBe('--json -q -- ');
    expect(crossfree(['run', '-q', '--', 'printf', '%s ', '--timeout']).stdout).toBe('--timeout ');
  });

  it('is not talked about with --quiet', () => {
    expect(run(['-q'], ['true'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('keeps its arguments and environment, whatever is in them', () => {
    const odd = ['', ' ', 'a"b', "it's", '$HOME', '*', 'new\nline', 'ä漢😀', '\\'];
    const ended = run(['-q'], ['sh', '-c', 'printf "%s|" "$@" "$ODD"', 'sh', ...odd], {
      env: { ODD: 'x\ny=z' },
    });
    expect(ended.stdout).toBe([...odd, 'x\ny=z', ''].join('|'));
  });

  it('gets the other descriptors too', () => {
    const script = `exec 3<<<three 7<<<seven; exec "${process.execPath}" "${CROSSFREE}" run -q -- sh -c 'cat <&3; cat <&7'`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('three\nseven\n');
  });
});

describe('whatever the surroundings', () => {
  const shell = (script: string) =>
    spawnSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, CROSSFREE: `${process.execPath} ${CROSSFREE}` },
    });

  it('keeps the status when nobody can read the report', () => {
    expect(shell('$CROSSFREE run -- ./fault 2>&-').status).toBe(99);
    expect(shell('$CROSSFREE run -- ./fault 2> >(exec 0<&-)').status).toBe(99);
    expect(shell('$CROSSFREE run -- sh -c "exit 4" <&- >&- 2>&-').status).toBe(4);
  });

  it('runs in a folder that was removed', () => {
    expect(shell('mkdir gone; cd gone; rmdir ../gone; $CROSSFREE run -q -- sh -c "exit 4"').status).toBe(4);
  });

  it('finds its way into programs from a folder whose name LD_PRELOAD cannot hold', () => {
    const ended = shell('mkdir -p "a b:c"; TMPDIR="$PWD/a b:c" $CROSSFREE run -- ./fault');
    expect(ended.stderr).toContain('CF002');
  });

  it('hands on arguments and environment that are no UTF-8', () => {
    const script =
      'export RAW=$(printf "\\377"); $CROSSFREE run -q -- printf "%s" "$(printf "f\\374r")" "$RAW" | od -An -tx1';
    expect(shell(script).stdout).toBe(' 66 fc 72 ff\n');
  });

  it('says in one line that a result could not be written, after the report', () => {
    const ended = shell('$CROSSFREE run --json /dev/full -- true');
    expect(ended.stderr).toMatch(/CLEAN.*\ncrossfree: `--json`: .*\/dev\/full: the disk is full\n$/);
    expect(ended.status).toBe(125);
  });

  it('escapes what a program’s name could do to a terminal', () => {
    const name = './\x1b[31mfault\n';
    copyFileSync(file('fault'), file(name));
    const ended = run([], [name]);
    expect(ended.stderr).toContain('./\\x1b[31mfault\\n exited 5');
    expect(ended.stderr).not.toContain('\x1b');
  });
});

describe('a program with a fault', () => {
  it('ends with 99, or what --error-exitcode says', () => {
    const ended = run([], ['./fault']);
    expect(ended.stderr).toContain('HEALED   ./fault exited 5 · 1 finding');
    expect(ended.stderr).toContain('CF002 double-free');
    expect(ended.stderr).toContain('fault.c:7');
    expect(ended.status).toBe(99);
    expect(run(['--error-exitcode', '42', '-q'], ['./fault']).status).toBe(42);
  });

  it('is told even with --quiet', () => {
    expect(run(['-q'], ['./fault']).stderr).toContain('CF002 double-free');
  });

  it('is let through with --on-finding faithful, and glibc catches it', () => {
    const ended = run(['--on-finding', 'faithful'], ['./fault']);
    expect(ended.stderr).toMatch(
      /crossfree {2}CAUGHT .* SIGABRT \(free\(\): double free detected in tcache 2\)/,
    );
    expect(ended.status).toBe(99);
  });

  it('is ended at its first finding with --on-finding stop', () => {
    const ended = run(['--on-finding', 'stop', '--json', 'stopped.json'], ['./fault']);
    expect(ended.status).toBe(99);
    expect(readRun('stopped.json').findings.map(({ code, detail }) => [code, detail.act])).toEqual([
      ['CF002', 'stopped'],
    ]);
  });

  it('is found in a child process too', () => {
    const ended = run(['--json', 'child.json'], ['sh', '-c', './fault; ./fault; exit 0']);
    expect(ended.status).toBe(99);
    const result = readRun('child.json');
    expect(result.processes.filter(({ command }) => command[0] === './fault')).toHaveLength(2);
    expect(result.findings.length).toBeGreaterThanOrEqual(1);
  });

  it('is found in a child that goes on as another user', (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can become another user');
    chmodSync(folder, 0o755);
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', './fault'];
    const ended = run(['--json', 'nobody.json'], asNobody);
    expect(ended.status).toBe(99);
    expect(readRun('nobody.json').coverage).toBe('full');
  });

  it('can be suppressed', () => {
    writeFileSync(file('known'), '# ours\ncode=CF002\n');
    const ended = run(['--suppressions', 'known'], ['./fault']);
    expect(ended.status).toBe(5);
    expect(ended.stderr).toContain('1 finding suppressed');
  });
});

describe('what cannot be observed', () => {
  it('is never called clean and keeps the program’s status', () => {
    const ended = run(['-q', '--json', 'static.json'], ['./static']);
    expect(ended.stderr).toContain('UNOBSERVABLE');
    expect(ended.stderr).toContain('statically linked');
    expect(ended.stderr).toContain('remedy: link it dynamically');
    const result = readRun('static.json');
    expect([result.verdict, result.coverage]).toEqual(['unobservable', 'none']);
    expect(ended.status).toBe(134); // glibc caught it
  });

  it('fails with --require-coverage', () => {
    expect(run(['--require-coverage'], ['./static']).status).toBe(99);
    expect(run(['--require-coverage'], ['true']).status).toBe(0);
  });

  it.each([
    [['/no/such/program'], 127],
    [['no-such-program'], 127],
    [['/etc/passwd'], 126],
    [['/'], 126],
    [[''], 127],
  ])('%j cannot be started', (command, status) => {
    const ended = run([], command);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(/^crossfree: .*\n$/);
  });
});

describe('results', () => {
  it('are written as JSON of the published shape', () => {
    run(['--json', 'result.json'], ['./fault', 'x']);
    const validate = new Ajv().compile(
      JSON.parse(readFileSync(join(packageRoot(), 'schemas/run.schema.json'), 'utf8')),
    );
    expect(validate(readRun('result.json')), JSON.stringify(validate.errors)).toBe(true);
    expect(readRun('result.json')).toMatchObject({
      schema: 'crossfree/run@1',
      command: ['./fault', 'x'],
      outcome: { kind: 'exit', code: 5 },
      verdict: 'healed',
      coverage: 'full',
    });
  });

  it('go to a pipe as well', () => {
    const script = `"${process.execPath}" "${CROSSFREE}" run -q --json >(cat >piped.json) -- true; wait $!`;
    execFileSync('bash', ['-c', script], { cwd: folder });
    expect(readRun('piped.json').verdict).toBe('clean');
  });

  it('are kept with their ledgers in a folder, which a later run may take over', () => {
    for (const status of [5, 6]) {
      run(['-q', '--out', 'kept/result'], ['sh', '-c', `exit ${status}`]);
      expect(readRun('kept/result/run.json').outcome).toEqual({ kind: 'exit', code: status });
      expect(readdirSync(file('kept/result')).sort()).toEqual(['ledgers', 'run.json']);
      expect(readdirSync(file('kept/result/ledgers'))).toHaveLength(1);
    }
  });

  it('leave nothing behind that nobody asked for', () => {
    const temporary = file('temporary');
    mkdirSync(temporary);
    run(['-q'], ['true'], { env: { TMPDIR: temporary } });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('are checked before the program starts', () => {
    const ended = run(['--json', 'no/such/folder'], ['touch', 'started']);
    expect(ended.status).toBe(2);
    expect(existsSync(file('started'))).toBe(false);
  });

  it('cannot be had without a folder for the ledgers', () => {
    const ended = run([], ['true'], { env: { TMPDIR: '/no/such/folder' } });
    expect(ended.status).toBe(125);
    expect(ended.stderr).toContain('set TMPDIR');
  });
});

it('ends a program that takes too long', () => {
  const ended = run(['--timeout', '500ms', '--json', 'hung.json'], ['sleep', '1000']);
  expect(ended.stderr).toContain('HUNG   sleep 1000 was killed after 500 ms');
  expect(ended.status).toBe(124);
  expect(readRun('hung.json').outcome).toEqual({ kind: 'timeout', afterMs: 500 });
});

it('hands SIGTERM on to the program, waits for it and reports', async () => {
  const script = 'trap "echo asked; exit 3" TERM; echo ready; while :; do sleep 0.05; done';
  const child = spawn(process.execPath, [CROSSFREE, 'run', '--', 'sh', '-c', script], { stdio: 'pipe' });
  let out = '';
  let report = '';
  child.stderr.on('data', (chunk) => {
    report += chunk;
  });
  child.stdout.on('data', (chunk) => {
    out += chunk;
    if (out === 'ready\n') child.kill('SIGTERM');
  });
  const [status] = await once(child, 'close');
  expect(out).toBe('ready\nasked\n');
  expect(status).toBe(3);
  expect(report).toContain('exited 3');
});
