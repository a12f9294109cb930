import { CommanderError } from 'commander';
import { say } from '../report/say.ts';
import { fail, OWN_FAILURE, UsageError } from './failure.ts';
import { makeProgram } from './program.ts';
import { version } from './version.ts';

const STDOUT = 1;

async function main(): Promise<void> {
  const program = makeProgram();
  program.on('option:version', () => {
    say(`${version()}\n`, STDOUT);
    throw new CommanderError(0, 'commander.version', '');
  });
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
