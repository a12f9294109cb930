import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VENV } from '../places.ts';
import { type Attempt, attempt, type Tell } from './attempt.ts';

export function pypiAbsent(specs: string[]): string[] {
  const listed = spawnSync(join(VENV, 'bin', 'python'), ['-m', 'pip', 'list', '--format=freeze'], {
    encoding: 'utf8',
  });
  const plain = (spec: string) => spec.toLowerCase().replaceAll('_', '-');
  const there = new Set((listed.stdout ?? '').split('\n').map(plain));
  return specs.filter((spec) => !there.has(plain(spec)));
}

export async function installPypi(specs: string[], tell: Tell): Promise<Attempt> {
  tell(`installing Python wheels: ${specs.join(' ')}`);
  if (!existsSync(join(VENV, 'bin', 'python'))) {
    const made = await attempt('/usr/bin/python3', ['-m', 'venv', VENV]);
    if (!made.ok) return made;
  }
  const args = ['-m', 'pip', 'install', '-q', '--only-binary', ':all:', '--disable-pip-version-check'];
  return attempt(join(VENV, 'bin', 'python'), [...args, ...specs]);
}
