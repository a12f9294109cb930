import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/plan/installation.ts';

const runtime = (...path: string[]) => join(packageRoot(), ...path);
const layout = JSON.parse(readFileSync(runtime('dist', 'runtime', 'layout.json'), 'utf8'));
const intercepted = new Set<string>(layout.functions.map(({ name }: { name: string }) => name));

const LIST = /^(needs|shows) (\S+) +(\S.*)$/;
const lines = readFileSync(runtime('runtime', 'symbols.list'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const reviewed = (kind: string) =>
  lines.flatMap((line) => {
    const [, of, name = ''] = LIST.exec(line) ?? [];
    return of === kind ? [name] : [];
  });

/** The names in a library's table of dynamic symbols, without their versions. */
function symbols(library: string, which: '--undefined-only' | '--defined-only'): string[] {
  const text = execFileSync('nm', ['-D', which, runtime('dist', 'runtime', library)], { encoding: 'utf8' });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.split(' ').at(-1) ?? '').replace(/@.*/, ''));
}

it('the list gives a reason for each', () => {
  expect(lines.filter((line) => !LIST.test(line))).toEqual([]);
  expect(new Set(lines).size).toBe(lines.length);
});

describe.each(['libcrossfree.so', 'libcrossfree-trace.so'])('%s', (library) => {
  it('takes nothing from others but what was reviewed', () => {
    const allowed = reviewed('needs');
    expect(symbols(library, '--undefined-only').filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('shows a program nothing but what was reviewed', () => {
    const allowed = reviewed('shows');
    const shown = symbols(library, '--defined-only');
    expect(shown).toContain('malloc');
    expect(shown.filter((name) => !allowed.includes(name) && !intercepted.has(name))).toEqual([]);
  });
});

it('what was reviewed is there', () => {
  const libraries = ['libcrossfree.so', 'libcrossfree-trace.so'];
  const needed = libraries.flatMap((library) => symbols(library, '--undefined-only'));
  const shown = libraries.flatMap((library) => symbols(library, '--defined-only'));
  expect(reviewed('needs').filter((name) => !needed.includes(name))).toEqual([]);
  expect(reviewed('shows').filter((name) => !shown.includes(name))).toEqual([]);
});
