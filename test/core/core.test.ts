import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreFile, signalNote, threadNote } from '../../src/evidence/core/core.fixture.ts';
import { findTool, versioned } from '../../src/evidence/find-tool.ts';
import type { Autopsy } from '../../src/model/index.ts';
import { CROSSFREE, crossfree } from '../crossfree.ts';
import { canMakeCores, coreOf, kernelWrites } from './make-core.ts';

const source = fileURLToPath(new URL('crashes.c', import.meta.url));
const lines = readFileSync(source, 'utf8').split('\n');
const lineOf = (name: string) => lines.findIndex((line) => line.includes(`/* ${name} */`)) + 1;

const MOST_MEMORY = 512 << 20;

let folder: string;
const at = (name: string) => join(folder, name);
/** A folder of tools in which there is no gdb. */
let tools: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-core-'));
  execFileSync('gcc', ['-w', '-g', '-O1', '-pthread', '-o', at('crashes'), source]);
  tools = mkdtempSync(join(folder, 'tools-'));
  for (const tool of [findTool(versioned('llvm-symbolizer')), findTool(['addr2line'])])
    if (tool !== undefined) symlinkSync(tool, join(tools, basename(tool)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasGdb = findTool(['gdb']) !== undefined;

function autopsy(file: string, ...more: string[]): Autopsy {
  const { status, stderr } = crossfree(['autopsy', file, '--json', at('out.json'), ...more], {
    env: { PATH: tools },
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(readFileSync(at('out.json'), 'utf8'));
}

/** What autopsy needs at most, in bytes, by the kernel's account. */
function memoryOf(file: string): number {
  const preload = at('preload.cjs');
  writeFileSync(
    preload,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(at('rss'))}, String(process.resourceUsage().maxRSS * 1024)));`,
  );
  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, CROSSFREE, 'autopsy', file], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return Number(readFileSync(at('rss'), 'utf8'));
}

describe.skipIf(!canMakeCores)(
  'a core dump is read without gdb (a kernel that writes cores, or gdb, makes it)',
  () => {
    it.each([
      [
        'callback',
        'touch',
        'SIGSEGV',
        'SEGV_MAPERR',
        ['touch', 'level', 'level', 'level', 'level', 'compare'],
        'main',
      ],
      ['handler', 'touch', 'SIGSEGV', 'SEGV_MAPERR', ['touch', 'level', 'level', 'level', 'handler'], 'main'],
      ['wild', 'touch', 'SIGSEGV', 'SI_KERNEL', ['touch', 'main'], 'main'],
      ['nowhere', 'nowhere', 'SIGSEGV', 'SEGV_MAPERR', [undefined, 'main'], 'main'],
      ['double', 'double', 'SIGABRT', 'SI_TKILL', [], 'main'],
    ])('%s: signal, line and the whole stack', (kind, line, signal, code, inner, outer) => {
      const told = autopsy(coreOf([at('crashes'), kind], at(`${kind}.core`)));
      expect(told.source).toBe('core');
      expect([told.outcome, told.fault?.signalCode]).toMatchObject([{ kind: 'signal', signal }, code]);
      expect(told.faulty).toMatchObject({ line: lineOf(line) });
      const names = told.fault?.stack?.map((frame) => frame.function) ?? [];
      expect(names.slice(0, inner.length)).toEqual(inner);
      expect(names).toContain(outer);
      expect(
        told.threads?.map(({ stack }) => stack.some((frame) => frame.function?.startsWith('clone'))),
      ).toEqual([true, true]);
      expect(told.unknown.map(({ what }) => what).join()).not.toMatch(
        /outermost frame|mapped|Names and lines/,
      );
      if (kind === 'callback') {
        expect(told.fault).toMatchObject({
          address: '0x8',
          access: 'write',
          instruction: { operand: expect.stringContaining('= 0x8') },
        });
      }
      if (kind === 'wild')
        expect(told.fault).toMatchObject({ address: '0xdead000000000008', access: 'write' });
      if (kind === 'double') expect(told).toMatchObject({ verdict: 'caught', findings: [{ code: 'CF002' }] });
      else expect(told.verdict).toBe('crashed');
    });

    it.skipIf(!hasGdb)('has the frames that gdb has', () => {
      for (const kind of ['callback', 'handler', 'wild', 'double']) {
        const core = existsSync(at(`${kind}.core`))
          ? at(`${kind}.core`)
          : coreOf([at('crashes'), kind], at(`${kind}.core`));
        const asked = [
          '-iex',
          'set debuginfod enabled off',
          '-ex',
          'printf "registers %#lx %#lx\\n", $rip, $rsp',
          '-ex',
          'bt',
        ];
        const said = execFileSync('gdb', ['-nx', '-batch', ...asked, at('crashes'), core], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        const { fault } = autopsy(core);
        expect(said).toContain(`registers ${fault?.registers?.rip} ${fault?.registers?.rsp}`);
        // with line tables of both: the same lines in the same order, in the program's own file
        const calls = said.slice(said.indexOf('\nregisters '));
        const theirs = [...calls.matchAll(/^#\d+ .* at \S*crashes\.c:(\d+)/gm)].map(([, line]) =>
          Number(line),
        );
        const ours = fault?.stack?.flatMap(({ file, line }) => (file?.endsWith('crashes.c') ? [line] : []));
        expect(ours).toEqual(theirs);
      }
    });

    it('a program that was built anew is not given the old one’s lines; --program names the right one', () => {
      const core = coreOf([at('crashes'), 'callback'], at('moved.core'));
      execFileSync('mv', [at('crashes'), at('right')]);
      try {
        expect(
          autopsy(core)
            .unknown.map(({ what }) => what)
            .join(),
        ).toContain('which is gone');
        execFileSync('gcc', ['-O0', '-g', '-DNEW', '-pthread', '-o', at('crashes'), source]);
        const other = autopsy(core);
        expect(other.unknown.map(({ what }) => what).join()).toContain('another file than the one');
        expect(other.faulty?.line).toBeUndefined();
        expect(autopsy(core, '--program', at('right')).faulty).toMatchObject({
          function: 'touch',
          line: lineOf('touch'),
        });
      } finally {
        execFileSync('mv', [at('right'), at('crashes')]);
      }
    });
  },
);

describe('a core of 2 GiB is read within 512 MiB', () => {
  it('of which most is a hole', () => {
    const size = 2n ** 31n;
    const head = coreFile({
      segments: [
        {
          start: 0x400000n,
          size: 16n,
          bytes: Buffer.from('48894708909090909090909090909090', 'hex'),
          flags: 5,
        },
        { start: 0x10000000n, size, fileSize: size, offset: 8192n },
      ],
      notes: [threadNote(1, 11, { rip: 0x400000n, rsp: 0x10001000n, rdi: 0x20n }), signalNote(11, 1, 0x28n)],
    });
    const descriptor = openSync(at('hole.core'), 'w');
    writeSync(descriptor, head);
    ftruncateSync(descriptor, 8192 + Number(size));
    closeSync(descriptor);
    expect(autopsy(at('hole.core')).fault).toMatchObject({ address: '0x28', access: 'write' });
    expect(memoryOf(at('hole.core'))).toBeLessThan(MOST_MEMORY);
  });

  it.skipIf(process.env.CROSSFREE_TEST_ALL !== '1' || !kernelWrites)(
    'of a program that touched them, in small blocks and large ones (CROSSFREE_TEST_ALL=1)',
    () => {
      const core = coreOf([at('crashes'), 'callback', '2048'], at('large.core'));
      expect(autopsy(core).faulty?.line).toBe(lineOf('touch'));
      expect(memoryOf(core)).toBeLessThan(MOST_MEMORY);
      rmSync(core);
    },
    300_000,
  );
});
