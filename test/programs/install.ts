/** Gets the programs of the list: what is there is left alone, what cannot be had is said and why. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRATES, crateRoot, NPM, VENV } from './places.ts';
import { runToEnd } from './process.ts';
import type { Program } from './program.ts';

/** Why an entry cannot be run here, by its id. Entries that are absent can be run. */
export type Missing = Map<string, string>;

type Tell = (line: string) => void;

interface Attempt {
  ok: boolean;
  said: string;
}

async function attempt(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): Promise<Attempt> {
  try {
    const run = await runToEnd([command, ...args], { env, cwd, seconds: 900 });
    const lines = `${run.stdout}${run.stderr}`.trim().split('\n');
    const said = run.timedOut ? 'it took more than 15 minutes' : lines.slice(-3).join(' / ');
    return { ok: run.status === 0, said };
  } catch (error) {
    return { ok: false, said: (error as Error).message };
  }
}

function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function absentDebian(packages: string[]): string[] {
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

async function installDebian(packages: string[], tell: Tell): Promise<Attempt> {
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

/** `name@version`, the name perhaps with a scope. */
function splitSpec(spec: string): [name: string, version: string] {
  const at = spec.lastIndexOf('@');
  return [spec.slice(0, at), spec.slice(at + 1)];
}

function npmThere(spec: string): boolean {
  const [name, version] = splitSpec(spec);
  try {
    return (
      JSON.parse(readFileSync(join(NPM, 'node_modules', name, 'package.json'), 'utf8')).version === version
    );
  } catch {
    return false;
  }
}

async function installNpm(specs: string[], tell: Tell): Promise<Attempt> {
  mkdirSync(NPM, { recursive: true });
  if (!existsSync(join(NPM, 'package.json'))) writeFileSync(join(NPM, 'package.json'), '{"private":true}\n');
  tell(`installing npm packages: ${specs.join(' ')}`);
  return attempt('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ...specs], process.env, NPM);
}

function pypiAbsent(specs: string[]): string[] {
  const listed = spawnSync(join(VENV, 'bin', 'python'), ['-m', 'pip', 'list', '--format=freeze'], {
    encoding: 'utf8',
  });
  const plain = (spec: string) => spec.toLowerCase().replaceAll('_', '-');
  const there = new Set((listed.stdout ?? '').split('\n').map(plain));
  return specs.filter((spec) => !there.has(plain(spec)));
}

async function installPypi(specs: string[], tell: Tell): Promise<Attempt> {
  tell(`installing Python wheels: ${specs.join(' ')}`);
  if (!existsSync(join(VENV, 'bin', 'python'))) {
    const made = await attempt('/usr/bin/python3', ['-m', 'venv', VENV]);
    if (!made.ok) return made;
  }
  const args = ['-m', 'pip', 'install', '-q', '--only-binary', ':all:', '--disable-pip-version-check'];
  return attempt(join(VENV, 'bin', 'python'), [...args, ...specs]);
}

function crateThere(id: string, spec: string): boolean {
  try {
    const [name, version] = splitSpec(spec);
    return readFileSync(join(crateRoot(id), '.crates.toml'), 'utf8').includes(`"${name} ${version} `);
  } catch {
    return false;
  }
}

async function installCrate(
  id: string,
  spec: string,
  profile: Readonly<Record<string, string>>,
  tell: Tell,
): Promise<Attempt> {
  if (!onPath('cargo')) return { ok: false, said: 'there is no cargo on the search path' };
  tell(`building ${spec} with cargo (it takes a minute or two)`);
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [key, value] of Object.entries(profile)) env[`CARGO_PROFILE_RELEASE_${key}`] = value;
  const target = join(CRATES, 'target');
  return attempt(
    'cargo',
    ['install', '-q', '--locked', '--root', crateRoot(id), '--target-dir', target, spec],
    env,
  );
}

/** All at once; when that fails one by one, so that one that cannot be had costs only its own entries. */
async function together(
  names: string[],
  install: (names: string[], tell: Tell) => Promise<Attempt>,
  tell: Tell,
): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  if (!names.length || (await install(names, tell)).ok) return failed;
  for (const name of names) {
    const alone = await install([name], tell);
    if (!alone.ok) failed.set(name, alone.said);
  }
  return failed;
}

/** Installs what `programs` need and returns what could not be had. */
export async function installPrograms(programs: readonly Program[], tell: Tell): Promise<Missing> {
  const wanted = (pick: (program: Program) => readonly string[]) => [...new Set(programs.flatMap(pick))];
  const anyPypi = programs.some(({ from }) => 'pypi' in from);
  const debian = await together(
    absentDebian(
      wanted(({ from }) => ('debian' in from ? from.debian : [])).concat(anyPypi ? ['python3-venv'] : []),
    ),
    installDebian,
    tell,
  );
  const npm = await together(
    wanted(({ from }) => ('npm' in from ? from.npm : [])).filter((spec) => !npmThere(spec)),
    installNpm,
    tell,
  );
  const pypi = await together(
    pypiAbsent(wanted(({ from }) => ('pypi' in from ? from.pypi : []))),
    installPypi,
    tell,
  );

  const missing: Missing = new Map();
  const blame = (id: string, needs: readonly string[], failed: Map<string, string>) => {
    for (const need of needs) {
      const why = failed.get(need);
      if (why !== undefined) missing.set(id, `${need} could not be had: ${why}`);
    }
  };
  for (const { id, from } of programs) {
    if ('debian' in from) blame(id, from.debian, debian);
    else if ('npm' in from) blame(id, from.npm, npm);
    else if ('pypi' in from) blame(id, from.pypi, pypi);
    else if ('machine' in from) {
      const absent = from.machine.filter((command) => !onPath(command));
      if (absent.length) missing.set(id, `there is no ${absent.join(', ')} on the search path`);
    } else if (!crateThere(id, from.crate)) {
      const built = await installCrate(id, from.crate, from.profile ?? {}, tell);
      if (!built.ok) missing.set(id, `${from.crate} could not be built: ${built.said}`);
    }
  }
  return missing;
}
