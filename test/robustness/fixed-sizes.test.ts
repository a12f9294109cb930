import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEDGER_WORLDS } from '../../src/ledger/layout.ts';
import { findingsIn, recordsIn } from './harness/ledgers.ts';
import { start } from './harness/process.ts';
import { CROSSFREE, planted, preloaded, thorough, unchanged } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-sizes-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path);
  return path;
}

/** Of the worlds the last two match others, three are the process's, and 0 is none. */
const OF_MODULES = LEDGER_WORLDS - 6;

describe.skipIf(lacking('rustc'))('worlds of Rust libraries', () => {
  async function opened(count: number) {
    const library = await build('modules/counted.rs', ['--crate-type', 'cdylib'], 'libcounted.so');
    const place = folder(`worlds-${count}`);
    const copies = Array.from({ length: count }, (_, index) => join(place, `lib${index}.so`));
    for (const copy of copies) copyFileSync(library, copy);
    return [await build('modules/open_often.c'), String(count), ...copies];
  }

  it('as many as there may be', async () => {
    const { run } = await unchanged(await opened(OF_MODULES), { prints: 'sum' });
    expect(run).toMatchObject({ verdict: 'clean', coverage: 'full' });
  });

  it('one more: its blocks match any world, and that is said', async () => {
    const command = await opened(OF_MODULES + 1);
    const { run } = await unchanged(command, { prints: 'sum' });
    expect(run.coverage).toBe('partial');
    expect(run.observed.gaps.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('than can be told apart'),
    ]);
    await planted([...command, 'fault'], { within: 'cross_free' });
  });
});

describe('different wrong acts', () => {
  const COUNTED_IN_PLACE = (1 << 14) + (1 << 16);

  it.each([1000, COUNTED_IN_PLACE - 1, COUNTED_IN_PLACE + 1000])(
    '%i of them are all told',
    async (places) => {
      const directory = folder(`acts-${places}`);
      const ended = await preloaded([await build('limits/many_findings.c'), String(places)], directory);
      expect(ended).toMatchObject({ stdout: 'ready\n', outcome: { kind: 'exit', code: 0 } });
      expect(findingsIn(directory).reduce((sum, { count }) => sum + count, 0)).toBe(places + 1);
    },
  );
});

describe('wishes of an arrangement', () => {
  it.each([32, 33, 200])('%i that cannot be met are all told', async (count) => {
    const directory = folder(`wishes-${count}`);
    const lines = Array.from(
      { length: count },
      (_, index) => `rust@lib${index}.so\t/nowhere/${index}.so\t\n`,
    );
    const env = { CROSSFREE_ARRANGEMENT: lines.join('') };
    await preloaded([await build('modules/linked.c')], directory, { env });
    const gaps = recordsIn(directory).filter((record) => record.type === 'gap');
    expect(gaps.map(({ detail }) => detail.split('\t')[0])).toEqual(lines.map((line) => line.split('\t')[0]));
  });
});

describe('threads at one time', () => {
  it.each([127, 128, 1025])('%i', async (threads) => {
    const program = await build('threads/at_once.c');
    await unchanged([program, String(threads)], { prints: `${threads} threads` });
    await planted([program, String(threads), 'fault'], { within: 'cross_free' });
  });

  it.runIf(thorough('4,500 threads in a trace'))(
    'more than a trace has room for: what is not in it is counted',
    async (context) => {
      const command = [await build('threads/at_once.c'), '4500'];
      const bare = await start(command);
      if (bare.outcome.kind === 'exit' && bare.outcome.code === 77) return context.skip();
      const json = join(scratch, 'trace.json');
      const traced = await start([...CROSSFREE, 'trace', '--json', json, '--', ...command]);
      expect(traced).toMatchObject({ stdout: bare.stdout, outcome: bare.outcome });
      const [{ totals, lost }] = JSON.parse(readFileSync(json, 'utf8')).processes;
      expect(lost.allocations).toBeGreaterThan(300);
      expect(totals.allocations + lost.allocations).toBeGreaterThanOrEqual(9000);
    },
  );
});
