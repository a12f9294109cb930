/** Gets the programs of the list: what is there is left alone, what cannot be had is said and why. */
import { type Attempt, onPath, type Tell } from './install/attempt.ts';
import { crateThere, installCrate, installRust } from './install/cargo.ts';
import { absentDebian, installDebian } from './install/debian.ts';
import { installNpm, npmThere } from './install/npm.ts';
import { installPypi, pypiAbsent } from './install/pypi.ts';
import type { Program, Source } from './program.ts';

/** Why an entry cannot be run here, by its id. Entries that are absent can be run. */
export type Missing = Map<string, string>;

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

/** Why what cargo builds for `id` could not be had; undefined where it can be. */
async function build(id: string, { crate, profile, rust }: Source, tell: Tell): Promise<string | undefined> {
  if (crate && !crateThere(id, crate)) {
    const built = await installCrate(id, crate, profile ?? {}, tell);
    if (!built.ok) return `${crate} could not be built: ${built.said}`;
  }
  if (!rust) return undefined;
  const built = await installRust(id, rust, tell);
  return built.ok ? undefined : `it could not be built: ${built.said}`;
}

/** Installs what `programs` need and returns what could not be had. */
export async function installPrograms(programs: readonly Program[], tell: Tell): Promise<Missing> {
  const wanted = (kind: 'debian' | 'npm' | 'pypi') => [
    ...new Set(programs.flatMap(({ from }) => from[kind] ?? [])),
  ];
  const wheels = wanted('pypi');
  const packages = [...wanted('debian'), ...(wheels.length ? ['python3-venv'] : [])];
  const failed = new Map([
    ...(await together(absentDebian(packages), installDebian, tell)),
    ...(await together(
      wanted('npm').filter((spec) => !npmThere(spec)),
      installNpm,
      tell,
    )),
    ...(wheels.length ? await together(pypiAbsent(wheels), installPypi, tell) : []),
  ]);

  const missing: Missing = new Map();
  for (const { id, from } of programs) {
    const { machine = [], debian = [], npm = [], pypi = [] } = from;
    const absent = machine.filter((command) => !onPath(command));
    const need = [...debian, ...npm, ...pypi].find((name) => failed.has(name));
    let why: string | undefined;
    if (absent.length) why = `there is no ${absent.join(', ')} on the search path`;
    else if (need) why = `${need} could not be had: ${failed.get(need)}`;
    else why = await build(id, from, tell).catch((error: Error) => error.message);
    if (why !== undefined) missing.set(id, why);
  }
  return missing;
}
