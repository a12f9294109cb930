import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rustPackage } from '../../setup/distribution.js';
import { PACKAGES } from '../../setup/packages.js';
import { findCommand, findProof } from '../../setup/presence.js';
import { Elf } from '../inspect/elf.ts';
import type { Check } from './check.ts';

const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';

/** Programs and libraries that crossfree works with, and Rust. */
export async function checkTools(): Promise<Check[]> {
  const packages = PACKAGES.filter(({ name }) => name !== rustPackage()).map((debian): Check => {
    const found = findProof(debian);
    const title = titleOf(debian);
    if (found) return { id: debian.name, title, state: 'ok', detail: found };
    return {
      id: debian.name,
      title,
      state: 'missing',
      detail: debian.use,
      remedy: `apt-get install ${debian.name}`,
    };
  });
  return [...packages, await checkRust(), checkLibcSymbols()];
}

function titleOf({ name, proof }: (typeof PACKAGES)[number]): string {
  if ('command' in proof) return proof.command;
  return 'library' in proof ? proof.library : name;
}

async function checkRust(): Promise<Check> {
  const check = { id: 'rust', title: 'rust' };
  const rustc = findCommand('rustc');
  const version = rustc && (await firstLine(rustc, ['--version']));
  if (!version) {
    return {
      ...check,
      state: 'missing',
      detail: 'compiles the Rust specimens; observing Rust programs needs none',
      remedy: `apt-get install ${rustPackage()}`,
    };
  }
  const toolchains = await firstLines('rustup', ['toolchain', 'list']);
  return { ...check, state: 'ok', detail: [version, ...toolchains].join('; ') };
}

/** Names of static functions inside of the C library, for whole stacks. */
function checkLibcSymbols(): Check {
  const check = { id: 'libc6-dbg', title: 'libc symbols' };
  try {
    const elf = Elf.open(LIBC);
    const id = elf?.buildId();
    elf?.close();
    if (!id) return { ...check, state: 'note', detail: `${LIBC} has no build id` };
    const path = `/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`;
    if (existsSync(path)) return { ...check, state: 'ok', detail: path };
  } catch {
    return { ...check, state: 'note', detail: `${LIBC} is not there` };
  }
  return {
    ...check,
    state: 'note',
    detail: 'file and line inside of the C library are not shown',
    remedy: 'apt-get install libc6-dbg',
  };
}

async function firstLine(program: string, args: string[]): Promise<string | undefined> {
  return (await firstLines(program, args))[0];
}

/** The lines that a program prints; none when it is not there or fails. */
function firstLines(program: string, args: string[]): Promise<string[]> {
  return new Promise((done) => {
    execFile(program, args, { timeout: 10_000 }, (error, output) => {
      done(error ? [] : output.split('\n').filter((line) => line !== ''));
    });
  });
}
