import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRATES, crateRoot } from '../places.ts';
import type { RustSource } from '../program.ts';
import { type Attempt, attempt, onPath, type Tell } from './attempt.ts';
import { splitSpec } from './npm.ts';

const TARGET = join(CRATES, 'target');

const noCargo: Attempt = { ok: false, said: 'there is no cargo on the search path' };

export function crateThere(id: string, spec: string): boolean {
  try {
    const [name, version] = splitSpec(spec);
    return readFileSync(join(crateRoot(id), '.crates.toml'), 'utf8').includes(`"${name} ${version} `);
  } catch {
    return false;
  }
}

export async function installCrate(
  id: string,
  spec: string,
  profile: Readonly<Record<string, string>>,
  tell: Tell,
): Promise<Attempt> {
  if (!onPath('cargo')) return noCargo;
  tell(`building ${spec} with cargo (it takes a minute or two)`);
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [key, value] of Object.entries(profile)) env[`CARGO_PROFILE_RELEASE_${key}`] = value;
  return attempt(
    'cargo',
    ['install', '-q', '--locked', '--root', crateRoot(id), '--target-dir', TARGET, spec],
    env,
  );
}

const manifest = (id: string, { dependencies }: RustSource): string =>
  [
    '[package]',
    `name = "${id}"`,
    'version = "0.1.0"',
    'edition = "2021"',
    '[profile.release]',
    'debug = 1',
    '[dependencies]',
    ...dependencies,
    '[workspace]',
    '',
  ].join('\n');

/** Builds the little program `id` as `bin/ID` below its root; quick when it is built already. */
export async function installRust(id: string, source: RustSource, tell: Tell): Promise<Attempt> {
  if (!onPath('cargo')) return noCargo;
  const root = crateRoot(id);
  const texts = { 'Cargo.toml': manifest(id, source), 'src/main.rs': source.main };
  const there = Object.entries(texts).every(
    ([name, text]) => existsSync(join(root, name)) && readFileSync(join(root, name), 'utf8') === text,
  );
  if (there && existsSync(join(root, 'bin', id))) return { ok: true, said: '' };
  tell(`building ${id} with cargo`);
  for (const folder of ['src', 'bin']) mkdirSync(join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(root, name), text);
  const args = ['build', '-q', '--release', '--target-dir', TARGET];
  const built = await attempt('cargo', args, process.env, root);
  if (built.ok) copyFileSync(join(TARGET, 'release', id), join(root, 'bin', id));
  return built;
}
