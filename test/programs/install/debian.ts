import { spawnSync } from 'node:child_process';
import { type Attempt, attempt, onPath, type Tell } from './attempt.ts';

export function absentDebian(packages: string[]): string[] {
  if (!packages.length) return [];
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const there = new Set(
    (query.stdout ?? '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !there.has(name));
}

export async function installDebian(packages: string[], tell: Tell): Promise<Attempt> {
  const line = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!onPath('apt-get')) return { ok: false, said: `not a Debian system; it needs ${packages.join(' ')}` };
  if (process.getuid?.() !== 0) return { ok: false, said: `run \`sudo ${line}\` first` };
  tell(`installing Debian packages: ${packages.join(' ')}`);
  const args = ['install', '-y', '-q', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...packages];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const first = await attempt('apt-get', args, env);
  if (first.ok) return first;
  await attempt('apt-get', ['update', '-q'], env);
  return attempt('apt-get', args, env);
}
