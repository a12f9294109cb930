import { describe, expect, it } from 'vitest';
import { parseDuration, parseExitStatus, parseOnFinding } from './values.ts';

describe('a duration', () => {
  it.each([
    ['500', 500],
    ['500ms', 500],
    ['5s', 5000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration('--timeout', text)).toBe(ms);
  });

  it.each(['', '0', '0s', '-5s', '5 s', '5d', 's', '1e3', '0.1ms', '600h', '99999999999999999999s'])(
    '`%s` is none',
    (text) => {
      expect(() => parseDuration('--timeout', text)).toThrow(`\`--timeout\` expects a duration`);
      expect(() => parseDuration('--timeout', text)).toThrow(`but got \`${text}\``);
    },
  );
});

it.each(['0', '99', '255'])('takes the exit status %s', (text) => {
  expect(parseExitStatus('--error-exitcode', text)).toBe(Number(text));
});

it.each(['', '256', '-1', '1.5', 'x', '0x10'])('`%s` is no exit status', (text) => {
  expect(() => parseExitStatus('--error-exitcode', text)).toThrow(
    '`--error-exitcode` expects a number from 0 to 255',
  );
});

it('knows three ways to go on after a finding', () => {
  for (const way of ['heal', 'faithful', 'stop']) expect(parseOnFinding('--on-finding', way)).toBe(way);
  expect(() => parseOnFinding('--on-finding', 'Heal')).toThrow(
    'expects `heal`, `faithful` or `stop`, but got `Heal`',
  );
});
