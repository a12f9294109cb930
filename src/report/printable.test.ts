import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it.each([
  ['plain, also äöü 漢字 😀', 'plain, also äöü 漢字 😀'],
  ['a\tb\r\n', 'a\\tb\\r\\n'],
  ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
  ['\x9b31m', '\\x9b31m'],
  ['left\u202eright\u2069', 'left\\u{202e}right\\u{2069}'],
  ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['half\ud800', 'half\\u{d800}'],
])('makes %j harmless', (text, harmless) => {
  expect(printable(text)).toBe(harmless);
});
