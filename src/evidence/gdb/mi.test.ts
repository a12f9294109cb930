import { expect, it } from 'vitest';
import { parseMi, tuplesOf } from './mi.ts';

it('reads tuples, lists of values and lists of results', () => {
  const line =
    'reason="breakpoint-hit",frame={func="main",line="7",args=[]},stack=[frame={level="0"},frame={level="1"}],names=["rax","rbx"]';
  const read = parseMi(line);
  expect(read).toEqual({
    reason: 'breakpoint-hit',
    frame: { func: 'main', line: '7', args: [] },
    stack: [{ level: '0' }, { level: '1' }],
    names: ['rax', 'rbx'],
  });
  expect(tuplesOf(read.stack)).toHaveLength(2);
  expect(tuplesOf(read.reason)).toEqual([]);
});

it('reads escapes: quotes, new lines, and bytes of UTF-8', () => {
  expect(parseMi(String.raw`value="a \"b\"\n\\ \342\200\231"`)).toEqual({ value: 'a "b"\n\\ ’' });
});

it.each(['', 'x', 'a="', 'a={', 'a=[', 'a=[b=', '={}'])('comes to an end with %j', (text) => {
  expect(parseMi(text)).toBeTypeOf('object');
});
