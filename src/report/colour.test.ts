import { closeSync, openSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { wantsColour } from './colour.ts';

const file = openSync('/dev/null', 'w');
afterAll(() => closeSync(file));

it.each([
  [{}, false],
  [{ FORCE_COLOR: '1' }, true],
  [{ FORCE_COLOR: '' }, true],
  [{ FORCE_COLOR: '0' }, false],
  [{ FORCE_COLOR: 'false' }, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  [{ NO_COLOR: '' }, false],
])('without a terminal, %j gives %s', (env, wanted) => {
  expect(wantsColour(env, file)).toBe(wanted);
});
