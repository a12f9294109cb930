import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../../specimens/recipe/c.js';
import { ROOT } from '../../specimens/recipe/paths.js';
import { readCore } from '../../src/evidence/core/read-core.ts';
import { findTool } from '../../src/evidence/find-tool.ts';
import { NoEvidence, readEvidence } from '../../src/evidence/read-evidence.ts';
import { judgeAutopsy, type Told } from '../../src/judge/autopsy/autopsy.ts';
import { toldOfRun } from '../../src/judge/autopsy/of-run.ts';
import type { Autopsy } from '../../src/model/index.ts';
import { observe } from '../../src/observe.ts';

/** A specimen allocates a little and ends. */
const TIMEOUT_MS = 60_000;

export type Source = 'crash record' | 'core' | 'valgrind' | 'asan' | 'output';

/** How the specimen's fault ends without anybody looking. */
export function bare(program: Program): SpawnSyncReturns<string> {
  return spawnSync(program.command[0] ?? '', [...program.command.slice(1), 'fault'], {
    cwd: ROOT,
    env: { ...process.env, RUST_BACKTRACE: '0', LIBC_FATAL_STDERR_: '1', ...program.env },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
}

/** The story that each source tells of a specimen's fault; a source that cannot be had here is left out. */
export async function storiesOf(program: Program, ended: SpawnSyncReturns<string>) {
  const stories = new Map<Source, Autopsy>();
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-same-line-'));
  try {
    const told: [Source, () => Told[] | Promise<Told[]>][] = [
      ['crash record', () => crashRecord(program, folder)],
      ['core', () => core(program, folder)],
      ['valgrind', () => valgrind(program, folder)],
      ['asan', () => asan(program)],
      ['output', () => output(ended)],
    ];
    for (const [source, tell] of told) {
      const said = await tell();
      if (said.length > 0) stories.set(source, judgeAutopsy(said));
    }
    return stories;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function crashRecord(program: Program, folder: string): Promise<Told[]> {
  const ledgerDir = join(folder, 'ledgers');
  mkdirSync(ledgerDir);
  const run = await observe({
    command: [...program.command, 'fault'],
    cwd: ROOT,
    env: { ...process.env, RUST_BACKTRACE: '0', ...program.env },
    ledgerDir,
    onFinding: 'faithful',
    inspectHeap: 'always',
    errorExitcode: 0,
    timeoutMs: TIMEOUT_MS,
    standard: ['ignore', 'ignore', 'ignore'],
  });
  return [toldOfRun(run)];
}

/** Only where the machine writes cores as files beside the program. */
async function core(program: Program, folder: string): Promise<Told[]> {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  if (pattern.includes('/') || pattern.startsWith('|')) return [];
  const cwd = join(folder, 'cores');
  mkdirSync(cwd);
  spawnSync(
    'sh',
    ['-c', 'ulimit -c unlimited 2>/dev/null || exit; exec "$@"', 'sh', ...program.command, 'fault'],
    {
      cwd,
      env: { ...process.env, ...program.env },
      timeout: TIMEOUT_MS,
    },
  );
  const [written] = readdirSync(cwd);
  return written === undefined ? [] : [await readCore(join(cwd, written))];
}

function valgrind(program: Program, folder: string): Told[] {
  const tool = findTool(['valgrind']);
  if (!tool) return [];
  const log = join(folder, 'valgrind.xml');
  spawnSync(tool, ['--xml=yes', `--xml-file=${log}`, ...program.command, 'fault'], {
    cwd: ROOT,
    env: { ...process.env, ...program.env },
    timeout: TIMEOUT_MS,
  });
  return readEvidence(readFileSync(log));
}

/** Its runtime before the program as it is: what it knows of malloc and free it knows without a rebuild. */
function asan(program: Program): Told[] {
  const { stdout: library } = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  if (!library?.startsWith('/')) return [];
  const { stderr } = spawnSync(program.command[0] ?? '', [...program.command.slice(1), 'fault'], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...program.env,
      LD_PRELOAD: [library.trim(), program.env?.LD_PRELOAD].filter(Boolean).join(':'),
      ASAN_OPTIONS: 'detect_leaks=0:fast_unwind_on_malloc=0:alloc_dealloc_mismatch=1',
    },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  return readText(stderr);
}

/** What stands on a terminal: the program's last words, and the shell's. */
function output({ stderr, signal }: SpawnSyncReturns<string>): Told[] {
  const shell: Record<string, string> = {
    SIGSEGV: 'Segmentation fault',
    SIGABRT: 'Aborted',
    SIGBUS: 'Bus error',
  };
  const number = signal ? constants.signals[signal] : 0;
  return readText(`${stderr}\n${shell[signal ?? ''] ?? (number > 0 ? `signal ${number}` : '')}\n`);
}

function readText(text: string): Told[] {
  try {
    return readEvidence(Buffer.from(text));
  } catch (error) {
    if (error instanceof NoEvidence) return [];
    throw error;
  }
}
