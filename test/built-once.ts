import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { alone, holding } from '../setup/alone.js';

/** A command that makes a file. */
export interface Recipe {
  command: string;
  args: string[];
  cwd: string;
}

const underway = new Map<string, Promise<string>>();

/**
 * The file `target`, made by a command where it is not there yet. It is made once, whoever asks for it at the same
 * time, and it is there whole or not at all. `recipe` is told where to make it.
 */
export function builtOnce(target: string, recipe: (draft: string) => Recipe): Promise<string> {
  const known = underway.get(target) ?? make(target, recipe);
  underway.set(target, known);
  return known;
}

async function make(target: string, recipe: (draft: string) => Recipe): Promise<string> {
  if (existsSync(target)) return target;
  await alone(`${target}.lock`, async (lock) => {
    if (existsSync(target)) return; // somebody else was sooner
    // a folder of its own, for what the compiler leaves beside its output; one that was killed left its own
    const folder = `${target}.draft`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const draft = join(folder, basename(target));
    await run(recipe(draft), lock);
    renameSync(draft, target);
    rmSync(folder, { recursive: true, force: true });
  });
  return target;
}

function run({ command, args, cwd }: Recipe, lock: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: holding(lock) });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (said += data));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${[command, ...args].join(' ')}\n${said}`)),
    );
  });
}
