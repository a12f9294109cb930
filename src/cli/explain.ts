import { join } from 'node:path';
import { Command } from 'commander';
import { UsageError } from './failure.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description('what a finding code, a verdict or another word of a report means')
    .argument('[word]', 'for example CF001, latent or coverage; without it: the list')
    .action(explainWord);
}

const STDOUT = 1;

async function explainWord(word: string | undefined): Promise<void> {
  const [{ explain, UnknownWord }, { wantsColour }, { say }, { packageRoot }] = await Promise.all([
    import('../report/explain.ts'),
    import('../report/colour.ts'),
    import('../report/say.ts'),
    import('../plan/installation.ts'),
  ]);
  try {
    const colour = wantsColour(process.env, STDOUT);
    say(explain(word, join(packageRoot(), 'docs/findings'), { colour }), STDOUT);
  } catch (error) {
    throw error instanceof UnknownWord ? new UsageError(error.message) : error;
  }
}
