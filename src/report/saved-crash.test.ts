import { expect, it } from 'vitest';
import { areCrashes } from './saved-crash.ts';

const GOOD = {
  pid: 1,
  thread: 1,
  complete: true,
  fault: { signal: 'SIGSEGV', address: '0x10', access: 'read', stack: [{ function: 'main' }] },
  blocks: [{ block: { address: '0x5000' }, state: 'freed', pointers: ['rax'], offset: 0 }],
};

it('takes what the runtime’s record becomes, and runs without any', () => {
  expect([areCrashes(undefined), areCrashes([]), areCrashes([GOOD])]).toEqual([true, true, true]);
});

it.each([
  ['no list', GOOD],
  ['an address that is none', [{ ...GOOD, fault: { ...GOOD.fault, address: '16' } }]],
  ['a stack of texts', [{ ...GOOD, fault: { stack: ['main'] } }]],
  ['a state of its own', [{ ...GOOD, blocks: [{ ...GOOD.blocks[0], state: '<b>' }] }]],
  ['pointers that are no texts', [{ ...GOOD, blocks: [{ ...GOOD.blocks[0], pointers: [{}] }] }]],
  ['no fault', [{ ...GOOD, fault: undefined }]],
  ['a birth without a stack', [{ ...GOOD, blocks: [{ ...GOOD.blocks[0], birth: {} }] }]],
  ['a process id of text', [{ ...GOOD, pid: '1' }]],
])('refuses %s', (_, value) => {
  expect(areCrashes(value)).toBe(false);
});
