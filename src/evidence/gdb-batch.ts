import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from './find-tool.ts';
import { gdbStops, gdbTestimony } from './gdb-output.ts';
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
    cwd,
  );
  return { ...gdbTestimony(gdbStops(log), log), command: [...command] };
}

function ask(gdb: string, commands: readonly string[], rest: readonly string[], cwd: string): string {
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
        stdio: 'inherit',
        cwd,
      },
    );
    return readFileSync(log).subarray(0, MOST_LOG).toString('utf8');
  } catch (error) {
    throw new NoEvidence(`gdb could not be asked: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
