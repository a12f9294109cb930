import { describe, expect, it } from 'vitest';
import { renderRun } from '../../src/report/terminal.ts';
import { missing, specimen, trials } from './specimens.ts';

const onJemalloc = { arrangement: { rust: 'jemalloc' } };

describe.skipIf(missing('jemalloc'))('boxes and vectors', () => {
  it('a box given back as a longer vector is latent on glibc; on jemalloc neighbours are overwritten, and nothing says so', async () => {
    const program = await specimen('boxes-and-vectors.rs');
    const [onGlibc, once, again] = await trials([program, 'fault'], [{}, onJemalloc, onJemalloc]);
    expect(onGlibc?.run).toMatchObject({ verdict: 'latent', outcome: { kind: 'exit', code: 0 } });
    expect(onGlibc?.run.findings.map(({ code }) => code)).toEqual(['CF004']);
    for (const one of [once, again]) {
      expect(one?.run).toMatchObject({ verdict: 'silent', outcome: { kind: 'exit', code: 0 } });
      expect(one?.run.findings.map(({ code, count }) => [code, count])).toEqual([
        ['CF004', 1],
        ['CF011', 3],
      ]);
      expect(one?.printed.stderr.head).toBe('boxes overwritten: 3\n');
    }
  });

  it('names the two blocks, their births, and the wrong release behind it', async () => {
    const program = await specimen('boxes-and-vectors.rs');
    const [one] = await trials([program, 'fault'], [onJemalloc]);
    const overlap = one?.run.findings.find(({ code }) => code === 'CF011');
    const functions = (stack: { function?: string }[] = []) =>
      stack.map((frame) => frame.function).join('\n');
    expect(overlap).toMatchObject({
      block: { size: 64 },
      detail: {
        other: { block: { size: 16 } },
        cause: {
          code: 'CF004',
          message:
            'a 16-byte block from Rust was released by Rust as if it were 64 bytes, aligned to 1 instead of 8',
          block: { address: overlap?.block.address, size: 16 },
          on: 'block',
        },
      },
    });
    expect(functions(overlap?.birth?.stack)).toContain('main::{{closure}}\n');
    expect(functions(overlap?.detail.other?.birth.stack)).toContain('boxed::Box<T>::new');
    expect(functions(overlap?.detail.cause?.death?.stack)).toContain('boxes_and_vectors::give_back');
    const text = one && renderRun(one.run, { colour: false });
    expect(text).toMatch(/^ {2}cause +boxes_and_vectors::give_back .*boxes-and-vectors\.rs:19/m);
    expect(text).toMatch(/The cause is a wrong release before it\s+\(CF004\)/);
  });

  it('the healthy twin is clean on both', async () => {
    const program = await specimen('boxes-and-vectors.rs');
    const runs = await trials([program, 'healthy'], [{}, onJemalloc]);
    expect(runs.map(({ run, printed }) => [run.verdict, printed.stderr.head])).toEqual(
      Array(2).fill(['clean', 'boxes overwritten: 0\n']),
    );
  });
});
