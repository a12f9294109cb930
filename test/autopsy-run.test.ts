import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Autopsy } from '../src/model/index.ts';
import { crossfree } from './crossfree.ts';

const SOURCE = `#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
struct node { struct node *next; long value; };
static void report(int number) { (void)number; _exit(7); }
int main(int count, char **words) {
  char kind = count > 1 ? words[1][0] : 0;
  struct node *volatile node = malloc(sizeof *node);
  node->next = (struct node *)24;
  if (kind == 'f') {
    struct node *volatile gone = malloc(200);
    memset(gone, 0xff, 200);
    free(gone); /* released */
    gone->next = (struct node *)0xfffffffffffff0;
    return (int)gone->next->value; /* f */
  }
  if (kind == 'h') {
    char *volatile block = malloc(40), *volatile large = malloc(2000);
    void *volatile fence = malloc(40);
    free(large);
    memset(block + 40, 0x41, 24);
    return malloc(1500) == fence; /* h */
  }
  if (kind == 'p') { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); return (int)node->next->value; } /* p */
  if (kind == 'b') { sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); return (int)node->next->value; } /* b */
  if (kind == 's') for (;;) pause();
  if (kind == 'e') signal(SIGSEGV, report);
  return (int)node->next->value; /* n */
}
`;
const lineOf = (fault: string) => SOURCE.split('\n').findIndex((line) => line.includes(`/* ${fault} */`)) + 1;

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-autopsy-run-'));
  writeFileSync(at('faults.c'), SOURCE);
  execFileSync('gcc', ['-g', '-O0', '-w', at('faults.c'), '-o', at('plain')]);
  execFileSync('gcc', ['-g', '-O0', '-w', '-static', at('faults.c'), '-o', at('static')]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function autopsy(options: string[], ...command: string[]) {
  const { status, stderr } = crossfree(['autopsy', '--json', at('out.json'), ...options, '--', ...command]);
  return { status, stderr, told: JSON.parse(readFileSync(at('out.json'), 'utf8')) as Autopsy };
}

describe('a program that is run', () => {
  it('is told of by its crash record: place, reason, registers', () => {
    const { status, stderr, told } = autopsy([], at('plain'), 'n');
    expect(status).toBe(139);
    expect(told).toMatchObject({
      source: 'crash-record',
      verdict: 'crashed',
      outcome: { kind: 'signal', signal: 'SIGSEGV' },
      faulty: { function: 'main', line: lineOf('n') },
      fault: { signalCode: 'SEGV_MAPERR', address: '0x20', access: 'read' },
      means: { chosen: 'crash-record' },
    });
    expect(told.fault?.registers?.rip).toBe(told.fault?.instruction?.address);
    expect(told.fault?.instruction).toMatchObject({
      text: 'mov 0x8(%rax),%rax',
      operand: '0x8(%rax) = 0x20',
    });
    expect(stderr).toContain(`faults.c:${lineOf('n')}`);
  });

  it('whose pointer leads into a released block: whose that was, and where it was released', () => {
    const { told } = autopsy([], at('plain'), 'f');
    expect(told.faulty?.line).toBe(lineOf('f'));
    const gone = told.blocks?.find(({ state, block }) => state === 'freed' && block.size === 200);
    expect(gone).toMatchObject({ world: 'c', birth: { via: 'malloc' } });
    expect(gone?.released?.stack[0]).toMatchObject({ function: 'main', line: lineOf('released') });
  });

  it('whose heap was damaged: what in it no longer adds up', () => {
    const { told } = autopsy([], at('plain'), 'h');
    expect(told).toMatchObject({ verdict: 'caught', faulty: { line: lineOf('h') } });
    expect(told.heap?.corruption.map(({ kind }) => kind)).toContain('size-too-big');
    expect(told.story.join('\n')).toContain('0x4141414141414141');
    expect(told.unknown.map(({ what }) => what).join()).toContain('later');
  });

  it('is kept with --out, and read again', () => {
    const kept = at('kept');
    autopsy(['--out', kept], at('plain'), 'n');
    const { status, stdout } = crossfree(['autopsy', kept]);
    expect(status).toBe(0);
    expect(stdout).toContain(`Look first in main at ${at('faults.c')}:${lineOf('n')}`);
  });

  it('needs no core dump, and no right to one', () => {
    const shell = `ulimit -c 0; exec "$0" n`;
    expect(autopsy([], '/bin/sh', '-c', shell, at('plain')).told.faulty?.line).toBe(lineOf('n'));
  });

  it('ends by its own will: no crash, its own status', () => {
    const { status, told } = autopsy([], at('plain'), 'e');
    expect([status, told.verdict, told.fault]).toEqual([7, 'clean', undefined]);
  });

  it('is ended by --timeout', () => {
    const { status, told } = autopsy(['--timeout', '300ms'], at('plain'), 's');
    expect([status, told.verdict]).toEqual([124, 'hung']);
  });

  it('that shuts itself in is recorded as any other', () => {
    const { status, told } = autopsy([], at('plain'), 'p');
    expect(status).toBe(139);
    expect(told).toMatchObject({ source: 'crash-record', faulty: { function: 'main', line: lineOf('p') } });
  });

  it('that blocks the signal cannot be recorded: it says so, and what would tell', () => {
    const { status, told } = autopsy([], at('plain'), 'b');
    expect([status, told.fault]).toEqual([139, undefined]);
    expect(told.unknown.map(({ remedy }) => remedy)).toContain('crossfree autopsy --means gdb -- PROGRAM');
  });

  it('that blocks the signal and leaves a core is told of by that', () => {
    if (readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() !== 'core') {
      console.warn('skipped: the machine puts core dumps elsewhere');
      return;
    }
    const cwd = mkdtempSync(join(folder, 'cores-'));
    const shell = 'ulimit -c unlimited; exec "$0" b';
    const command = ['autopsy', '--json', at('core.json'), '--', '/bin/sh', '-c', shell, at('plain')];
    expect(crossfree(command, { cwd }).status).toBe(139);
    const told = JSON.parse(readFileSync(at('core.json'), 'utf8')) as Autopsy;
    expect(told).toMatchObject({ source: 'core', means: { chosen: 'core' }, faulty: { line: lineOf('b') } });
  });

  it('without a loader is run under gdb where there is one', () => {
    const { told } = autopsy([], at('static'), 'n');
    const observed = told.source === 'crash-record';
    if (observed) expect(told.verdict).toBe('unobservable');
    else expect(told).toMatchObject({ source: 'gdb', faulty: { line: lineOf('n') } });
    if (!observed) expect(told.means?.others[0]?.why).toContain('statically linked');
  });

  it('options that mean a run stand before one', () => {
    const { status, stderr } = crossfree(['autopsy', '--timeout', '3s', at('faults.c')]);
    expect([status, stderr]).toEqual([
      2,
      'crossfree: `--timeout` speaks of a program that is run: `autopsy --timeout … -- PROGRAM`\n',
    ]);
    expect(crossfree(['autopsy', '--means', 'luck', '--', 'true']).stderr).toBe(
      'crossfree: `--means` expects crash-record or gdb, but got `luck`\n',
    );
  });
});
