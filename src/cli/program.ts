import { Command } from 'commander';
import { say } from '../report/say.ts';
import { addrCommand } from './addr.ts';
import { autopsyCommand } from './autopsy.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { forgetCommand } from './forget.ts';
import { labCommand } from './lab.ts';
import { matrixCommand } from './matrix.ts';
import { mergeCommand } from './merge.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { traceCommand } from './trace.ts';

/** In the order in which the help lists them. */
const COMMANDS: readonly (() => Command)[] = [
  runCommand,
  traceCommand,
  matrixCommand,
  forgetCommand,
  reportCommand,
  mergeCommand,
  autopsyCommand,
  labCommand,
  addrCommand,
  explainCommand,
  doctorCommand,
  completionCommand,
];

const EXAMPLES = `
Examples:
  crossfree run -- ./app --its-own-option     observe a program that nobody rebuilt
  crossfree run --json run.json -- ./app      the same, as data
  crossfree matrix -- ./app                   how it ends under every allocator
  crossfree forget -- ./app                   which release is to blame for a crash
  crossfree explain CF001                     what a finding means and how to mend it
  crossfree doctor                            what this machine can and cannot observe`;

const STDOUT = 1;

/** The whole command line: what is parsed, and what help, manual pages and completion are made from. */
export function makeProgram(): Command {
  const program = new Command('crossfree')
    .description('Tells who handed out a block of memory, who took it back, and what that did.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      // at once, and without an error where the reader has gone (`crossfree --help | head`)
      writeOut: (text) => say(text, STDOUT),
      writeErr: (text) => say(text),
      outputError: () => {},
    })
    .addHelpText('after', EXAMPLES)
    .option('-V, --version', 'print the version');
  for (const make of COMMANDS) {
    const command = make();
    command.copyInheritedSettings(program);
    program.addCommand(command);
  }
  return program;
}
