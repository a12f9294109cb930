import { Command, CommanderError } from 'commander';
import { addrCommand } from './addr.ts';
import { autopsyCommand } from './autopsy.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { fail, OWN_FAILURE, UsageError } from './failure.ts';
import { labCommand } from './lab.ts';
import { matrixCommand } from './matrix.ts';
import { mergeCommand } from './merge.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { traceCommand } from './trace.ts';
import { version } from './version.ts';

/** In the order in which the help lists them. */
const COMMANDS: readonly (() => Command)[] = [
  runCommand,
  traceCommand,
  matrixCommand,
  reportCommand,
  mergeCommand,
  autopsyCommand,
  labCommand,
  addrCommand,
  explainCommand,
  doctorCommand,
];

const EXAMPLES = `
Examples:
  crossfree run -- ./app --its-own-option     observe a program that nobody rebuilt
  crossfree run --json run.json -- ./app      the same, as data
  crossfree matrix -- ./app                   how it ends under every allocator
  crossfree explain CF001                     what a finding means and how to mend it
  crossfree doctor                            what this machine can and cannot observe`;

async function main(): Promise<void> {
  const program = new Command('crossfree')
    .description('Tells who handed out a block of memory, who took it back, and what that did.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', EXAMPLES);
  if (process.argv.includes('--version') || process.argv.includes('-V'))
    program.version(version(), '-V, --version');
  else program.option('-V, --version', 'print the version');
  for (const make of COMMANDS) {
    const command = make();
    command.copyInheritedSettings(program);
    program.addCommand(command);
  }
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // without a command the help has been shown on stderr
      if (error.code === 'commander.help') process.exitCode = error.exitCode === 0 ? 0 : 2;
      else if (error.exitCode !== 0) fail(new UsageError(reworded(error.message)));
    } else if (error instanceof UsageError) {
      fail(error);
    } else {
      fail(error as Error, OWN_FAILURE);
    }
  }
}

/** Commander's message on one line, with what it quotes in backticks as in our own. */
function reworded(message: string): string {
  const line = message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/'([^']*)'/g, '`$1`');
  return line.startsWith('unknown') ? `${line}; --help lists what is known` : line;
}

void main();
