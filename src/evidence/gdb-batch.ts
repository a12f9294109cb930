import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, toolEnvironment } from './find-tool.ts';
import { type GdbStop, gdbStops, gdbTestimony } from './gdb-output.ts';
import { NoEvidence } from './read-evidence.ts';
import type { Testimony } from './testimony.ts';

/** What gdb is asked at each stop; the marks separate the answers. */
const QUESTIONS = [
  'echo @stop\\n',
  'p $_siginfo.si_signo',
  'p $_siginfo.si_code',
  'p/x $_siginfo._sifields._sigfault.si_addr',
  'echo @message\\n',
  'printf "%s\\n", *(char **)&__abort_msg + 4',
  'echo @instruction\\n',
  'x/i $pc',
  'echo @registers\\n',
  'info registers rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip',
  'echo @stack\\n',
  'bt 64',
  'echo @end\\n',
];

/** Signals that a program handles by itself stop it too; so many of them are passed on. */
const STOPS = 8;
/** The program's other signals are its own affair. */
const FATAL = [
  'handle all nostop noprint pass',
  ...['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGSYS'].map(
    (name) => `handle ${name} stop print pass`,
  ),
];
/** A core is read within it. */
const PATIENCE_MS = 60_000;
const MOST_LOG = 16 * 2 ** 20;

export function findGdb(): string | undefined {
  return findTool(['gdb']);
}

/** Runs a program under gdb with our own standard streams, to its end. */
export function runUnderGdb(gdb: string, command: readonly string[], cwd: string): Testimony {
  const rounds = Array.from({ length: STOPS }, () => [...QUESTIONS, 'continue']).flat();
  const after = ['echo @exit\\n', 'p $_exitsignal', 'p $_exitcode'];
  const log = ask(
    gdb,
    ['set disable-randomization off', ...FATAL, 'run', ...rounds, ...after],
    ['--args', ...command],
    { cwd, inherit: true },
  );
  return { ...gdbTestimony('gdb', gdbStops(log), log), command: [...command] };
}

/** What gdb finds in a core dump; throws NoEvidence when that is nothing. */
export function readCoreByGdb(core: string, program?: string): Testimony {
  const gdb = findGdb();
  if (!gdb) throw new NoEvidence('it is a core dump, and gdb is not installed: `apt-get install gdb`');
  const executable = program ?? executableOf(gdb, core);
  const stops: GdbStop[] = gdbStops(
    ask(gdb, QUESTIONS, [...(executable ? [executable] : []), '-c', core], {}),
  );
  if (!stops[0] || stops[0].stack.length === 0)
    throw new NoEvidence('it is a core dump, but gdb finds no stack in it: it breaks off, or is damaged');
  return { ...gdbTestimony('core', stops, ''), ...(executable && { command: [executable] }) };
}

/** The program that a core is of, as the kernel noted it. */
function executableOf(gdb: string, core: string): string | undefined {
  const path = /AT_EXECFN.*"([^"\n]{1,4096})"/.exec(ask(gdb, ['info auxv'], ['-c', core], {}))?.[1];
  try {
    return path !== undefined && statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

function ask(
  gdb: string,
  commands: readonly string[],
  rest: readonly string[],
  how: { cwd?: string; inherit?: boolean },
): string {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-gdb-'));
  const log = join(folder, 'log');
  const settings = [
    'set auto-load no',
    'set debuginfod enabled off',
    'set confirm off',
    'set pagination off',
    'set width 0',
    'set print frame-arguments none',
    'set filename-display absolute',
    `set logging file ${log}`,
    'set logging redirect on',
    'set logging enabled on',
  ];
  try {
    spawnSync(
      gdb,
      [
        ...['-nx', '-nh', '-q', '-batch'],
        ...settings.flatMap((one) => ['-iex', one]),
        ...commands.flatMap((one) => ['-ex', one]),
        ...rest,
      ],
      {
        env: how.inherit ? process.env : toolEnvironment(),
        stdio: how.inherit ? 'inherit' : 'ignore',
        ...(how.cwd !== undefined && { cwd: how.cwd }),
        ...(!how.inherit && { timeout: PATIENCE_MS, killSignal: 'SIGKILL' as const }),
      },
    );
    return readFileSync(log).subarray(0, MOST_LOG).toString('utf8');
  } catch (error) {
    throw new NoEvidence(`gdb could not be asked: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
