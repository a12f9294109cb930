import { describe, expect, it } from 'vitest';
import type { Finding } from '../model/index.ts';
import { parseSuppressions, suppress } from './suppressions.ts';

const FINDING: Finding = {
  code: 'CF001',
  kind: 'cross-free',
  certainty: 'proven',
  message: '',
  count: 1,
  worlds: {},
  block: { address: '0x10' },
  birth: { thread: 1, stack: [{ function: 'foo(int, char)', module: '/usr/lib/libfoo.so.1' }] },
  death: {
    thread: 1,
    stack: [{ function: '<bar::Baz as core::ops::drop::Drop>::drop', module: '/x/app' }, {}],
  },
  detail: { act: 'performed' },
};

function hides(rule: string): boolean {
  return suppress([FINDING], parseSuppressions(rule, 'f')).kept.length === 0;
}

describe('a suppression', () => {
  it.each([
    'code=CF001',
    'module=libfoo.so.1',
    'module=/usr/lib/libfoo.so.*',
    'module=app module=libfoo*',
    'function="foo(int, char)"',
    'function=*Baz*drop',
    'code=CF001 function="<bar::* as *>::drop" module=app',
  ])('hides by %s', (rule) => {
    expect(hides(rule)).toBe(true);
  });

  it.each([
    'code=CF002',
    'module=libfoo',
    'function=foo',
    'function=bar',
    'module=app module=libbar*',
    'code=CF001 function=x',
  ])('does not hide by %s', (rule) => {
    expect(hides(rule)).toBe(false);
  });

  it('passes over comments and empty lines, and takes the line ends of Windows', () => {
    expect(
      parseSuppressions('# all\r\n\r\n  code=CF001  \r\n', 'f').map(({ place, text }) => [place, text]),
    ).toEqual([['f:3', 'code=CF001']]);
  });

  it.each([
    ['CF001', 'f:1: expected `code=`, `function=` or `module=`, but got `CF001`'],
    ['\ncode=CF1', 'f:2: expected a code such as CF001, but got `CF1`'],
    ['kind=x', 'f:1: expected `code=`, `function=` or `module=`, but got `kind=x`'],
    ['function=', 'f:1: expected a value after `function=`, but got none'],
    ['code=CF001 code=CF002', 'f:1: expected one `code=`, but got two'],
    ['function="foo', 'f:1: expected `code=`, `function=` or `module=`, but got `function="foo`'],
    ['function="a"b', 'f:1: expected `code=`, `function=` or `module=`, but got `function="a"b`'],
  ])('is refused: %s', (text, message) => {
    expect(() => parseSuppressions(text, 'f')).toThrow(message);
  });

  it('counts as used although another one hides the same finding', () => {
    const rules = parseSuppressions('code=CF001\nmodule=app\nmodule=other', 'f');
    expect(suppress([FINDING], rules).suppressed).toEqual({ count: 1, unused: ['f:3: module=other'] });
  });
});
