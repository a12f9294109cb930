import { expect, it } from 'vitest';
import { parseAnswers } from './addr2line.ts';

it('groups what addr2line says by address', () => {
  const output = [
    '0x000000000000e934',
    'alloc::alloc::dealloc',
    '/rustc/abc/library/alloc/src/alloc.rs:115',
    'a::f1',
    '/src/a.rs:3 (discriminator 2)',
    '0x0000000000001000',
    '??',
    '??:0',
    '0x0000000000002000',
    'main',
    '??:?',
    '',
  ].join('\n');
  expect(parseAnswers(output)).toEqual([
    [
      { function: 'alloc::alloc::dealloc', file: '/rustc/abc/library/alloc/src/alloc.rs', line: 115 },
      { function: 'a::f1', file: '/src/a.rs', line: 3 },
    ],
    [],
    [{ function: 'main' }],
  ]);
});
