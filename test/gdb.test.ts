import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../src/evidence/find-tool.ts';
import type { Autopsy } from '../src/model/index.ts';
import { crossfree } from './crossfree.ts';

const SOURCE = `#include <stdio.h>
#include <stdlib.h>
struct node { struct node *next; long value; };
static void give_back(struct node *node) {
  int answer = 42;
  if (node != NULL)
    free(node); /* twice */
  printf("%d\\n", answer);
}
int main(int count, char **words) {
  char line[64];
  struct node *volatile node = malloc(sizeof *node);
  node->value = 7;
  if (fgets(line, sizeof line, stdin)) printf("read %s", line);
  printf("%d %s\\n", count, count > 1 ? words[1] : "");
  fflush(stdout);
  if (count > 2) return 5;
  free(node); /* once */
  give_back(node);
  return 0;
}
`;
const lineOf = (name: string) => SOURCE.split('\n').findIndex((line) => line.includes(`/* ${name} */`)) + 1;

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-gdb-'));
  writeFileSync(at('twice.c'), SOURCE);
  execFileSync('gcc', ['-g', '-O0', '-w', at('twice.c'), '-o', at('twice')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function autopsy(options: string[], command: string[], more: Parameters<typeof crossfree>[1] = {}) {
  rmSync(at('out.json'), { force: true });
  const ended = crossfree(['autopsy', ...options, '--json', at('out.json'), '--', ...command], more);
  const text = existsSync(at('out.json')) ? readFileSync(at('out.json'), 'utf8') : '';
  return { ...ended, told: (text === '' ? undefined : JSON.parse(text)) as Autopsy };
}

/** Not in every container may one process look into another. */
const canTrace =
  findTool(['gdb']) !== undefined &&
  spawnSync('gdb', ['-nx', '-batch', '-ex', 'run', '/bin/true'], { encoding: 'utf8' }).stdout?.includes(
    'exited normally',
  );

describe.skipIf(!canTrace)('autopsy --gdb (which needs gdb and the right to trace)', () => {
  it('stops at the finding and at the crash, with all that stands there', () => {
    const { status, stdout, stderr, told } = autopsy(['--gdb'], [at('twice'), "it's $HOME"], {
      input: 'hello\n',
    });
    expect([status, stdout]).toEqual([134, "read hello\n2 it's $HOME\n"]);
    expect(told.stops?.map(({ why, code, signal }) => code ?? signal ?? why)).toEqual(['CF002', 'SIGABRT']);
    for (const stop of told.stops ?? []) {
      expect(stop.frame).toMatchObject({ function: 'give_back', line: lineOf('twice') });
      expect(stop.source.find(({ current }) => current)?.text).toContain('/* twice */');
      expect(stop.source.length).toBeGreaterThan(6);
      expect(stop.locals).toContainEqual({ name: 'answer', type: 'int', value: '42' });
      expect(stop.locals.find(({ name }) => name === 'node')?.type).toBe('struct node *');
      expect(stop.instructions.filter(({ current }) => current)).toHaveLength(1);
      expect(stop.registers.rip).toMatch(/^0x[0-9a-f]+$/);
      expect(stop.words).toHaveLength(16);
      expect(stop.words[0]?.address).toBe(stop.registers.rsp);
      expect(stop.stack.map((frame) => frame.function)).toContain('main');
    }
    // without the runtime's own frames
    expect(told.stops?.[0]?.stack[0]?.function).toBe('give_back');
    expect(told.findings[0]).toMatchObject({
      code: 'CF002',
      death: expect.anything(),
      detail: expect.anything(),
    });
    expect(told.faulty).toMatchObject({ function: 'give_back', line: lineOf('twice') });
    expect(told.verdict).toBe('caught');
    for (const part of ['stop 1: CF002', 'stop 2: SIGABRT', '=>', 'int answer = 42', '#0 give_back'])
      expect(stderr).toContain(part);
  });

  it('follows a program that takes the place of another', () => {
    const { told } = autopsy(['--gdb'], ['/bin/sh', '-c', `exec ${at('twice')}`], { input: '' });
    expect(told.stops?.map(({ code, signal }) => code ?? signal)).toEqual(['CF002', 'SIGABRT']);
  });

  it('a program that ends well keeps its exit status, and has no stops', () => {
    const { status, stdout, told } = autopsy(['--gdb'], [at('twice'), 'a', 'b'], { input: '' });
    expect([status, stdout, told.stops, told.outcome]).toEqual([5, '3 a\n', [], { kind: 'exit', code: 5 }]);
  });

  it('ends what takes too long', () => {
    const { status, told } = autopsy(['--gdb', '--timeout', '2s'], ['/bin/sleep', '100']);
    expect([status, told.outcome.kind]).toEqual([124, 'timeout']);
  });

  it('runs nothing that lies beside the program', () => {
    const harm = at('harm');
    for (const name of ['.gdbinit', 'twice-gdb.gdb']) writeFileSync(at(name), `shell touch ${harm}\n`);
    writeFileSync(at('twice-gdb.py'), `open(${JSON.stringify(harm)}, 'w')\n`);
    autopsy(['--gdb'], ['./twice'], { input: '', cwd: folder, env: { HOME: folder } });
    expect(existsSync(harm)).toBe(false);
  });
});

it('without gdb it says so', () => {
  const { status, stderr } = autopsy(['--gdb'], ['/bin/true'], { env: { PATH: folder } });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^crossfree: .*gdb is not installed: `apt-get install gdb`\n$/);
});

it.each([
  [['--gdb', '--means', 'gdb', '--', '/bin/true'], 'exclude each other'],
  [['--gdb', '/bin/true'], '`--gdb` speaks of a program that is run'],
])('%s is refused', (words, says) => {
  const { status, stderr } = crossfree(['autopsy', ...words]);
  expect([status, stderr.split('\n').length]).toEqual([2, 2]);
  expect(stderr).toContain(says);
});
