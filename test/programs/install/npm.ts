import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NPM } from '../places.ts';
import { type Attempt, attempt, type Tell } from './attempt.ts';

/** `name@version`, the name perhaps with a scope. */
export function splitSpec(spec: string): [name: string, version: string] {
  const at = spec.lastIndexOf('@');
  return [spec.slice(0, at), spec.slice(at + 1)];
}

export function npmThere(spec: string): boolean {
  const [name, version] = splitSpec(spec);
  try {
    return (
      JSON.parse(readFileSync(join(NPM, 'node_modules', name, 'package.json'), 'utf8')).version === version
    );
  } catch {
    return false;
  }
}

export async function installNpm(specs: string[], tell: Tell): Promise<Attempt> {
  mkdirSync(NPM, { recursive: true });
  if (!existsSync(join(NPM, 'package.json'))) writeFileSync(join(NPM, 'package.json'), '{"private":true}\n');
  tell(`installing npm packages: ${specs.join(' ')}`);
  return attempt('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ...specs], process.env, NPM);
}
