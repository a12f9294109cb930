import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../src/evidence/find-tool.ts';
import type { Autopsy } from '../src/model/index.ts';
import { crossfree } from './crossfree.ts';

/** Each fault stands on a line of its own, which ends in its name. */
const SOURCE = `#include <stdlib.h>
#include <string.h>
int main(int count, char **words) {
  volatile char kind = count > 1 ? words[1][0] : 0;
  long *volatile block = malloc(40);
  char inner[16];
  if (kind == 'd') free(block);
  if (kind == 'd') { free(block); } /* d */
  if (kind == 'u') free(block);
  if (kind == 'u') { block[1] = 1; } /* u */
  if (kind == 'o') { block[5] = 1; } /* o */
  if (kind == 'i') { free(block + 2); } /* i */
  if (kind == 'n') { *(volatile long *)8 = 1; } /* n */
  (void)inner;
  return 0;
}
`;
const FAULTS: [string, string | undefined][] = [
  ['d', 'CF002'],
  ['u', 'CF007'],
  ['o', 'CF009'],
  ['i', 'CF003'],
  ['n', undefined],
];
const lineOf = (fault: string) => SOURCE.split('\n').findIndex((line) => line.includes(`/* ${fault} */`)) + 1;

let folder: string;
const at = (name: string) => join(folder, name);

function story(file: string): Autopsy {
  const { status, stderr } = crossfree(['autopsy', file, '--json', at('out.json')]);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(readFileSync(at('out.json'), 'utf8'));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-autopsy-'));
  writeFileSync(at('faults.c'), SOURCE);
  const flags = ['-g', '-O0', '-w', at('faults.c'), '-o'];
  execFileSync('gcc', [...flags, at('plain')]);
  spawnSync('gcc', ['-fsanitize=address', ...flags, at('asan')]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('one faulty line, whatever told of it', () => {
  it.skipIf(!findTool(['valgrind'])).each(FAULTS)('Valgrind, XML and text: %s', (fault, code) => {
    for (const [name, options] of [
      ['log.xml', ['--xml=yes', `--xml-file=${at('log.xml')}`]],
      ['log.txt', [`--log-file=${at('log.txt')}`]],
    ] as const) {
      spawnSync('valgrind', [...options, at('plain'), fault]);
      const told = story(at(name));
      expect(told.source).toBe('valgrind');
      expect(told.findings.map((finding) => finding.code).find((found) => found !== 'CF012')).toBe(code);
      expect([told.faulty?.function, told.faulty?.line]).toEqual(['main', lineOf(fault)]);
      expect(told.unknown.map(({ what }) => what).join()).toContain('from Rust to C');
    }
  });

  it.each(FAULTS)('AddressSanitizer: %s', (fault, code) => {
    const { stderr } = spawnSync(at('asan'), [fault], { encoding: 'utf8', env: {} });
    writeFileSync(at('asan.txt'), stderr ?? '');
    const told = story(at('asan.txt'));
    expect([told.source, told.findings[0]?.code]).toEqual(['asan', code]);
    expect(told.faulty?.line).toBe(lineOf(fault));
    expect(told.verdict).toBe(fault === 'n' ? 'crashed' : 'caught');
  });

  it.skipIf(!findTool(['gdb'])).each([
    ['d', 'CF002', 'SIGABRT'],
    ['n', undefined, 'SIGSEGV'],
  ])('a run under gdb, and its core dump: %s', (fault, code, signal) => {
    const number = signal === 'SIGABRT' ? 6 : 11;
    const run = crossfree(['autopsy', '--means', 'gdb', '--json', at('out.json'), '--', at('plain'), fault]);
    const sources = [JSON.parse(readFileSync(at('out.json'), 'utf8')) as Autopsy];
    expect(run.status).toBe(128 + number);
    const core = at('plain.core');
    const asked = ['-ex', 'set disable-randomization off', '-ex', 'run', '-ex', `generate-core-file ${core}`];
    spawnSync('gdb', ['-nx', '-q', '-batch', ...asked, '--args', at('plain'), fault], { stdio: 'ignore' });
    sources.push(story(core));
    for (const told of sources) {
      expect(told.outcome).toMatchObject({ kind: 'signal', signal });
      expect([told.faulty?.function, told.faulty?.line]).toEqual(['main', lineOf(fault)]);
      expect(told.findings[0]?.code).toBe(code);
    }
    expect(sources[0]?.fault?.instruction?.text).toBeDefined();
    expect(sources.map((told) => told.source)).toEqual(['gdb', 'core']);
    const bytes = readFileSync(core);
    writeFileSync(at('cut.core'), bytes.subarray(0, 6000));
    writeFileSync(at('zero.core'), Buffer.concat([bytes.subarray(0, 64), Buffer.alloc(100_000)]));
    for (const broken of ['cut.core', 'zero.core']) {
      const { status, stderr } = crossfree(['autopsy', at(broken)]);
      expect([status, stderr.split('\n').length]).toEqual([2, 2]);
      expect(stderr).toContain('it is a core dump, but');
    }
  });

  it.skipIf(!findTool(['gdb']))(
    'a program that ends well under gdb has no story, and keeps its status',
    () => {
      const { status, stderr } = crossfree([
        'autopsy',
        '--means',
        'gdb',
        '--',
        '/bin/sh',
        '-c',
        'trap : USR1; kill -USR1 $$; exit 7',
      ]);
      expect(status).toBe(7);
      expect(stderr).toContain('exit status 7');
    },
  );

  it('plain output cannot know the line, says so, and what would', () => {
    const { stderr } = spawnSync(at('plain'), ['d'], { encoding: 'utf8' });
    writeFileSync(at('output.txt'), stderr);
    const told = story(at('output.txt'));
    expect(told).toMatchObject({ source: 'output', verdict: 'caught', findings: [{ code: 'CF002' }] });
    expect(told.faulty).toBeUndefined();
    expect(told.unknown[0]?.remedy).toContain('crossfree run');
  });

  it('several files make one story: the line of the one that knows it, the words of the other', () => {
    writeFileSync(at('words.txt'), 'free(): double free detected in tcache 2\n');
    const { stderr } = spawnSync(at('asan'), ['d'], { encoding: 'utf8', env: {} });
    writeFileSync(at('report.txt'), stderr ?? '');
    const { stdout } = crossfree(['autopsy', at('words.txt'), at('report.txt')]);
    expect(stdout).toContain(`faults.c:${lineOf('d')}`);
    expect(stdout).toContain('glibc said: free(): double free detected in tcache 2');
  });
});

describe('what comes in from outside', () => {
  it.each([
    ['a missing file', '/nonexistent/log', 'no such file'],
    ['a folder', '/', 'no result of `run --out`'],
    ['a device', '/dev/zero', 'no regular file'],
    ['a program', process.execPath, 'a program or library'],
  ])('%s: exit status 2 and one line', (_what, path, says) => {
    const { status, stdout, stderr } = crossfree(['autopsy', path]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^crossfree: `autopsy` expects a file that tells of a crash, but got `.*\n$/);
    expect(stderr).toContain(says);
  });

  it('control characters do not reach the terminal', () => {
    const log =
      '==1==ERROR: AddressSanitizer: double-free \x1b]0;owned\x07<script>\n    #0 0x1 in \x1b[31mf /a\x1b[2J.c:1\n';
    const { status, stdout } = crossfree(['autopsy', '-'], { input: log });
    expect(status).toBe(0);
    for (const hidden of ['\x1b', '\x07']) expect(stdout).not.toContain(hidden);
    expect(stdout).toContain('\\x1b[31mf');
  });
});
