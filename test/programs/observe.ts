/** Runs one entry of the list, bare and under observation, in the same fresh directory. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Run } from '../../src/model/index.ts';
import { BUILD, CROSSFREE, NPM, searchPath } from './places.ts';
import { type Ended, runToEnd } from './process.ts';
import type { Program } from './program.ts';

export interface Observation {
  ended: Ended;
  /** Bytes of the files that the entry says it makes; absent where the file is. */
  produced: Record<string, Buffer | undefined>;
}

// Short, since unix sockets live below it, and the same for every run of an entry.
const SANDBOX = join(tmpdir(), `crossfree-programs-${process.pid}`);

function environment(program: Program): NodeJS.ProcessEnv {
  const home = homedir();
  return {
    PATH: searchPath(program.id, program.from),
    HOME: join(SANDBOX, 'home'),
    TMPDIR: SANDBOX,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    USER: 'tester',
    CARGO_HOME: process.env.CARGO_HOME ?? join(home, '.cargo'),
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(home, '.rustup'),
    GOCACHE: join(BUILD, 'go-cache'),
    ...program.env,
  };
}

async function freshDirectory(program: Program): Promise<string> {
  rmSync(SANDBOX, { recursive: true, force: true });
  const cwd = join(SANDBOX, program.id);
  mkdirSync(join(SANDBOX, 'home'), { recursive: true });
  mkdirSync(cwd);
  if (program.from.npm) symlinkSync(join(NPM, 'node_modules'), join(cwd, 'node_modules'));
  for (const [name, text] of Object.entries(program.files ?? {})) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  if (program.prepare) {
    const script = ['bash', '-euc', program.prepare];
    const made = await runToEnd(script, { cwd, env: environment(program), seconds: 300 });
    if (made.status !== 0) throw new Error(`its input could not be made: ${made.stderr}`);
  }
  return cwd;
}

const runIn = (program: Program, command: readonly string[]): Promise<Observation> =>
  runBy(program, (cwd, env) =>
    runToEnd(command, { cwd, env, stdin: program.stdin, seconds: program.timeout ?? 60 }),
  );

/** Runs one entry by other means, in a fresh directory and the environment that all its runs have. */
export async function runBy(
  program: Program,
  run: (cwd: string, env: NodeJS.ProcessEnv) => Promise<Ended>,
): Promise<Observation> {
  const cwd = await freshDirectory(program);
  const ended = await run(cwd, environment(program));
  const produced: Observation['produced'] = {};
  for (const name of program.produces ?? []) {
    produced[name] = existsSync(join(cwd, name)) ? readFileSync(join(cwd, name)) : undefined;
  }
  return { ended, produced };
}

export const runBare = (program: Program): Promise<Observation> => runIn(program, program.command);

/** Runs the entry below `crossfree run`; `run` is absent when no result was written. */
export async function runObserved(program: Program): Promise<Observation & { run?: Run }> {
  mkdirSync(join(BUILD, 'runs'), { recursive: true });
  const json = join(BUILD, 'runs', `${program.id}.json`);
  rmSync(json, { force: true });
  const command = [process.execPath, CROSSFREE, 'run', '--json', json, '--', ...program.command];
  const observed = await runIn(program, command);
  if (!existsSync(json)) return observed;
  return { ...observed, run: JSON.parse(readFileSync(json, 'utf8')) as Run };
}

/** The first line of what the entry's version command prints that holds a digit. */
export async function readVersion(program: Program): Promise<string> {
  const cwd = await freshDirectory({ ...program, prepare: 'true' });
  const env = environment(program);
  const { stdout } = await runToEnd(['bash', '-c', program.version], { cwd, env, seconds: 60 });
  const line = stdout
    .toString()
    .split('\n')
    .find((text) => /\d/.test(text));
  return (line ?? 'not told').trim().slice(0, 60);
}

export const removeSandbox = (): void => rmSync(SANDBOX, { recursive: true, force: true });
