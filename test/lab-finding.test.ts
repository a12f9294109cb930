/** The experiments on finding a fault, on the real thing: as they are, and broken on purpose. */
import { describe, expect, it, vi } from 'vitest';
import { selectExperiments } from '../src/lab/catalogue.ts';
import { missingTools, type ToolName } from '../src/lab/tools.ts';
import { type Change, verdicts } from './lab-verdicts.ts';

vi.setConfig({ testTimeout: 300_000 });

const ALL = process.env.CROSSFREE_TEST_ALL === '1';
if (!ALL)
  console.warn('switch-allocator, forget, and ffi-pitfalls broken, run with CROSSFREE_TEST_ALL=1 only');

/** An experiment, the tools that its claims take, and what breaks which of its claims. */
const EXPERIMENTS: { id: string; tools: ToolName[]; broken?: Change & { refutes: string }; long?: true }[] = [
  {
    id: 'guard-pages',
    tools: ['gcc'],
    broken: { file: 'guard-pages.c', from: 'page, PROT_NONE', to: 'page, PROT_WRITE', refutes: 'guarded' },
  },
  {
    id: 'stack-and-heap',
    tools: ['gcc', 'gdb', 'rustc'],
    broken: { file: 'stack-and-heap.c', from: '  free((void *)numbers);\n', to: '', refutes: 'after-free' },
  },
  {
    id: 'autopsy',
    tools: ['gcc', 'gdb'],
    broken: { file: 'red-flags.c', from: 'block[-1] |= 2', to: 'block[-1] |= 0', refutes: 'flags' },
  },
  {
    id: 'cdylib-a-vs-b',
    tools: ['rustc', 'gcc'],
    broken: { file: 'cdylib.c', from: 'to = "libb.so"', to: 'to = "liba.so"', refutes: 'found' },
  },
  { id: 'ffi-pitfalls', tools: ['rustc', 'gcc', 'valgrind'] },
  {
    id: 'ffi-pitfalls',
    tools: ['rustc', 'gcc', 'valgrind'],
    broken: {
      file: 'ffi-pitfalls.rs',
      from: 'struct Record {',
      to: '#[repr(C)] struct Record {',
      refutes: 'layout',
    },
    long: true,
  },
  { id: 'switch-allocator', tools: ['rustc'], long: true },
  { id: 'forget', tools: ['rustc'], long: true },
];

for (const { id, tools, broken, long } of EXPERIMENTS) {
  const [missing] = missingTools(tools);
  if (missing) console.warn(`${id} is skipped: ${missing.install}`);
  describe.skipIf(missing !== undefined || (long && !ALL))(id, () => {
    it('holds', async () => {
      expect(selectExperiments([id])).toHaveLength(1);
      expect((await verdicts(id)).filter((verdict) => !verdict.endsWith(': holds'))).toEqual([]);
    });
    if (broken) {
      it(`is refuted with \`${broken.to || 'nothing'}\` for \`${broken.from}\``, async () => {
        const { refutes, ...change } = broken;
        expect(await verdicts(id, change)).toContain(`${refutes}: refuted`);
      });
    }
  });
}
