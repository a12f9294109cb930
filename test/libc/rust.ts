/** A Rust program that is built here and run in a root folder: such folders have no rustc. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../../src/model/index.ts';
import { build } from '../robustness/harness/toolchain.ts';
import type { Folder } from './folder.ts';
import { inside, THERE } from './inside.ts';

/** The newest glibc that a program asks for: the second number of its version. */
function wanted(program: string): number {
  const symbols = execFileSync('objdump', ['-T', program], { encoding: 'utf8' });
  return Math.max(...[...symbols.matchAll(/\(GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)));
}

/** What is found in it there, healthy and with its fault; or why it cannot run there. */
export async function rustInside(
  folder: Folder,
  minor: number,
): Promise<{ healthy: string[]; fault: string[] } | { why: string }> {
  const program = await build('runtimes/box_to_free.rs');
  const needed = wanted(program);
  if (needed > minor) return { why: `what rustc builds here asks for glibc 2.${needed}` };
  mkdirSync(join(folder.own, 'rust'), { recursive: true });
  copyFileSync(program, join(folder.own, 'rust', 'box_to_free'));
  const codes = async (...words: string[]): Promise<string[]> => {
    const json = 'build/rust/run.json';
    const options = ['run', '--json', `${THERE}/${json}`, '--'];
    const command = ['node', 'bin/crossfree.js', ...options, `${THERE}/build/rust/box_to_free`, ...words];
    const { stdout, stderr } = await inside(folder, command);
    if (!stdout.startsWith('sum 4950')) throw new Error(`it did not run: ${stdout}${stderr}`);
    const run: Run = JSON.parse(readFileSync(join(folder.own, 'rust', 'run.json'), 'utf8'));
    return run.findings.map(({ code }) => code);
  };
  return { healthy: await codes(), fault: await codes('fault') };
}
