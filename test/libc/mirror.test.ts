import { expect, it } from 'vitest';
import { debianMirror } from './mirror.ts';
import { releases } from './releases.ts';

const OTHER =
  'deb http://other.example/repository stable contrib\ndeb-src http://a.example/debian sid main\n';

it('finds the archive of Debian in either form of apt’s files', () => {
  expect(debianMirror([OTHER, 'deb [arch=amd64] http://a.example/debian bookworm main contrib\n'])).toBe(
    'http://a.example/debian',
  );
  const stanza = (more: string) =>
    `# a comment\nTypes: deb\nURIs: http://b.example/debian\nSuites: bookworm bookworm-updates\n${more}`;
  expect(debianMirror([OTHER, stanza('Components: main\n')])).toBe('http://b.example/debian');
});

it('takes none that is of somebody else, of sources alone, or switched off', () => {
  const security =
    'Types: deb\nURIs: http://c.example/security\nSuites: bookworm-security\nComponents: main\n';
  const off = 'Enabled: no\nTypes: deb\nURIs: http://d.example\nSuites: sid\nComponents: main\n';
  expect(debianMirror([OTHER, security, off])).toBeUndefined();
});

it('chooses releases by name, and knows no others', () => {
  expect(releases('all').map(({ name }) => name)).toEqual(['bullseye', 'bookworm', 'trixie', 'sid']);
  expect(releases('sid,mine', '/roots/mine/').map(({ name }) => name)).toEqual(['sid', 'mine']);
  expect(() => releases('sid,woody')).toThrow('no release woody: bullseye, bookworm, trixie, sid are known');
});
