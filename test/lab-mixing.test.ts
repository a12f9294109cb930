/** The experiments on mixed releases, on the real thing: as they are, and broken on purpose. */
import { describe, expect, it, vi } from 'vitest';
import { missingTools } from '../src/lab/tools.ts';
import { verdicts } from './lab-verdicts.ts';

vi.setConfig({ testTimeout: 300_000 });

const [noCompiler] = missingTools(['g++']);
if (noCompiler) console.warn(`the experiments on mixed releases are skipped: ${noCompiler.install}`);

describe.skipIf(noCompiler)('an experiment of wrong releases and healthy twins', () => {
  it.each(['cpp-vs-c', 'new-vs-delete-array', 'realloc-across-worlds', 'double-free', 'invalid-free'])(
    '%s finds what is wrong and nothing else',
    async (id) => {
      expect(await verdicts(id)).toEqual(['found: holds', 'twins: holds']);
    },
  );

  it.each([
    [
      'the healthy twin stands in for a double free',
      'double-free',
      /std::free\(hidden\(block\)\);\n {2}std/,
      'std',
    ],
    [
      'the wrong act releases with the right function',
      'cpp-vs-c',
      'std::free(hidden(new long(1)))',
      'delete hidden(new long(1))',
    ],
    [
      'the pointer is the start of the block',
      'invalid-free',
      'std::calloc(1, 256))) + 64',
      'std::calloc(1, 256)))',
    ],
  ])('is refuted when %s', async (_, id, from, to) => {
    expect(await verdicts(id, { file: 'mixing.cpp', from, to })).toEqual(['found: refuted', 'twins: holds']);
  });

  it('is refuted when the twin is as wrong as the act', async () => {
    const change = {
      file: 'mixing.cpp',
      from: 'delete[] hidden(new long[8])',
      to: 'delete hidden(new long[8])',
    };
    expect(await verdicts('new-vs-delete-array', change)).toEqual(['found: holds', 'twins: refuted']);
  });
});

describe.skipIf(noCompiler)("the experiment on the article's allocators", () => {
  const asMeasured = [
    'debug-overhead: refuted',
    'mmap-minimum: holds',
    'arena-alignment: refuted',
    'mmap-alignment: refuted',
    'mmap-whole-page: refuted',
    'correct: holds',
  ];

  it('refutes what is wrong', async () => {
    expect(await verdicts('allocator-basics')).toEqual(asMeasured);
  });

  it.each([
    ['an arena that aligns to 16', '(size + 7) / 8 * 8', '(size + 15) / 16 * 16', 'arena-alignment'],
    ['a page for the header', 'return start + 8', 'return start + 16', 'mmap-alignment'],
    ['room for the header', 'size % PAGE == 0 ? size : (size + 8', '(size + 8', 'mmap-whole-page'],
  ])('lets the claim stand with %s', async (_, from, to, id) => {
    const seen = await verdicts('allocator-basics', { file: 'article-allocators.c', from, to });
    expect(seen).toEqual(asMeasured.map((each) => (each.startsWith(`${id}:`) ? `${id}: holds` : each)));
  });
});

describe.skipIf(noCompiler)('the matrix of worlds', () => {
  it('is refuted where it was measured when every block goes back to its own world', async () => {
    const change = { file: 'matrix.cpp', from: 'to.release(block, size)', to: 'from.release(block, size)' };
    const seen = await verdicts('allocator-matrix', change);
    expect(seen).toEqual(
      expect.arrayContaining(['standard-to-debug: refuted', 'mmap-to-debug: refuted', 'own-release: holds']),
    );
  });
});

const [noPam] = missingTools(['rustc', 'libpam']);
if (noPam) console.warn(`pam-conversation is skipped: ${noPam.install}`);

describe.skipIf(noPam)('the conversation with libpam', () => {
  it('tells what Rust allocated from what libc allocated', async () => {
    expect(await verdicts('pam-conversation')).toEqual([
      'rust-responses: holds',
      'libc-responses: holds',
      'own-allocator: holds',
    ]);
  });

  it('is refuted when the right answer stands in for the wrong one', async () => {
    const change = { file: 'pam-conversation.rs', from: '=> by_rust', to: '=> by_libc' };
    expect(await verdicts('pam-conversation', change)).toEqual([
      'rust-responses: refuted',
      'libc-responses: holds',
      'own-allocator: refuted',
    ]);
  });
});

describe.skipIf(noPam)('the vector rebuilt with its capacity in bytes', () => {
  const shown = (seen: string[]) => seen.filter((each) => /^(system|found|twins)/.test(each));

  it('is found, and its twins are clean', async () => {
    expect(shown(await verdicts('from-raw-parts'))).toEqual([
      'system: holds',
      'found: holds',
      'twins: holds',
    ]);
  });

  it('is refuted when the capacity is right', async () => {
    const change = {
      file: 'from-raw-parts.rs',
      from: 'cast::<Record>(), COUNT, BYTES)',
      to: 'cast::<Record>(), 0, 0)',
    };
    expect(shown(await verdicts('from-raw-parts', change))).toEqual([
      'system: holds',
      'found: refuted',
      'twins: holds',
    ]);
  });

  it('shows that a greeting does not survive one block for everybody', async () => {
    const seen = await verdicts('insane-hello');
    expect(seen).toEqual(expect.arrayContaining(['hello-dies: holds', 'jemalloc: not-measurable']));
  });

  it('is refuted when the insane allocator is a sane one', async () => {
    const sane = { file: 'insane.rs', from: /#\[no_mangle\]/g, to: '#[allow(dead_code)]' };
    expect(await verdicts('insane-hello', sane)).toContain('hello-dies: refuted');
  });
});
