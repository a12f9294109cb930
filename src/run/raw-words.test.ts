import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { scriptForRawWords } from './raw-words.ts';

const bytes = (...words: (string | number[])[]) =>
  Buffer.concat(words.flatMap((word) => [Buffer.from(word as string), Buffer.of(0)]));
const decoded = (word: number[]) => Buffer.from(word).toString();

const LATIN1 = [0x66, 0xfc, 0x72, 0x0a]; // für and a newline
const ODD = [0xff, 0x25, 0x5c, 0x27, 0x24, 0x22];

it('leaves alone what Node can hand on', () => {
  expect(scriptForRawWords('app', ['x', 'ä'], { A: 'ü' })).toBeUndefined();
});

it('makes a script that hands on the true bytes of arguments and environment', () => {
  const print = ['printf "%s|" "$@" "$RAW" "$LD_PRELOAD"', 'name'];
  const args = ['-c', ...print, decoded(LATIN1), '', decoded(ODD)];
  const files: Record<string, Buffer> = {
    '/proc/self/cmdline': bytes('node', 'crossfree', 'run', 'sh', '-c', ...print, LATIN1, '', ODD),
    '/proc/self/environ': bytes('PATH=/bin', [...Buffer.from('RAW='), ...LATIN1]),
  };
  const env = { PATH: '/bin:/usr/bin', RAW: decoded(LATIN1), LD_PRELOAD: '' };
  const raw = scriptForRawWords('sh', args, env, (path) => files[path] ?? Buffer.alloc(0));
  expect(raw?.env).not.toHaveProperty('LD_PRELOAD');
  const seen = execFileSync('/bin/sh', ['-c', raw?.script ?? ''], { env: raw?.env });
  const bar = 0x7c;
  expect([...seen]).toEqual([...LATIN1, bar, bar, ...ODD, bar, ...LATIN1, bar, bar]);
});

it('does not guess where the words are not the end of our own command line', () => {
  const read = () => bytes('node', 'crossfree', 'something else');
  expect(scriptForRawWords('app', [decoded(LATIN1)], {}, read)).toBeUndefined();
});
