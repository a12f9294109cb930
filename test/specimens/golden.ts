import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Specimen } from '../../specimens/recipe/header.js';
import { ROOT } from '../../specimens/recipe/paths.js';
import type { Run } from '../../src/model/index.ts';
import { renderRun } from '../../src/report/terminal.ts';

/** Set by `npm run bless`: the reports of today become the ones to hold to. */
const BLESS = process.env.CROSSFREE_BLESS === '1';

/** Set by `npm run test:libc`: another compiler puts some acts on other lines. */
const OFF = process.env.CROSSFREE_GOLDEN === 'off';

const tools = toolchain();
let warned = false;

/** Compares the report of a fault with the one kept beside its specimen, `golden/NAME.txt`. */
export async function holdToGolden(specimen: Specimen, run: Run): Promise<void> {
  if (OFF) return;
  const file = join(dirname(specimen.file), 'golden', `${specimen.name}.txt`);
  // A long command is cut: where this checkout lies must not decide where.
  const command = run.command.map((word) => word.replace(`${ROOT}/`, ''));
  const report = normalised(renderRun({ ...run, command }, { colour: false, cwd: ROOT }));
  if (BLESS) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${tools}\n\n${report}`);
    return;
  }
  if (!existsSync(file)) throw new Error(`${file} is missing: \`npm run bless\` writes it`);
  const [made = '', ...kept] = readFileSync(file, 'utf8').split('\n');
  const golden = kept.slice(1).join('\n');
  if (made === tools) expect(report).toBe(golden);
  else {
    warn(made);
    expect(ours(report)).toBe(ours(golden));
  }
}

/** Without what differs from run to run: addresses, process ids, hashes, and the width of columns. */
function normalised(report: string): string {
  return report
    .replaceAll(`${ROOT}/`, '')
    .replace(/0x[0-9a-f]+/g, '0x…')
    .replace(/\b(process|pid) \d+/g, '$1 …')
    .replace(/::h[0-9a-f]{16}\b/g, '')
    .replace(/(\S) {2,}/g, '$1  ')
    .replace(/ +$/gm, '');
}

/** The lines that do not speak of the inside of a library. */
function ours(report: string): string {
  return report
    .split('\n')
    .filter((line) => /^crossfree|^CF\d|specimens\//.test(line))
    .join('\n');
}

/** What the lines of the libraries depend on. */
function toolchain(): string {
  const said = (command: string, argument: string) =>
    (spawnSync(command, [argument], { encoding: 'utf8' }).stdout ?? '').trim();
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const rustc = said('rustc', '--version').split(' ')[1] ?? 'none';
  return `g++ ${said('g++', '-dumpfullversion')}, rustc ${rustc}, glibc ${header.glibcVersionRuntime}`;
}

function warn(made: string): void {
  if (!warned)
    console.log(`reports were kept with ${made}, here is ${tools}: only our own lines are compared`);
  warned = true;
}
