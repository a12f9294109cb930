import { join } from 'node:path';
import { Command } from 'commander';
import { choices } from './choices.ts';
import { badValue } from './failure.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const HELP = `
Examples:
  crossfree completion bash > ~/.local/share/bash-completion/completions/crossfree
  crossfree completion zsh > /usr/local/share/zsh/site-functions/_crossfree
  crossfree completion fish > ~/.config/fish/completions/crossfree.fish`;

const STDOUT = 1;

export function completionCommand(): Command {
  return new Command('completion')
    .description('write a script that completes crossfree’s commands and options in a shell')
    .addArgument(choices.argument('<shell>', SHELLS.join(', '), SHELLS))
    .addHelpText('after', HELP)
    .action(completion);
}

async function completion(shell: string, _options: object, command: Command): Promise<void> {
  const [{ commandLineOf }, { bashCompletion }, { zshCompletion }, { fishCompletion }, { say }] =
    await Promise.all([
      import('./completion/command-line.ts'),
      import('./completion/bash.ts'),
      import('./completion/zsh.ts'),
      import('./completion/fish.ts'),
      import('../report/say.ts'),
    ]);
  const { CATALOGUE } = await import('../lab/catalogue.ts');
  const words = await explainedWords();
  const line = commandLineOf(command.parent as Command).map((one) => {
    if (one.name === 'lab') return { ...one, argument: wordsOf(CATALOGUE.map(({ id }) => id)) };
    return one.name === 'explain' ? { ...one, argument: wordsOf(words) } : one;
  });
  if (shell === 'bash') say(bashCompletion(line), STDOUT);
  else if (shell === 'zsh') say(zshCompletion(line), STDOUT);
  else if (shell === 'fish') say(fishCompletion(line), STDOUT);
  else throw badValue('completion', SHELLS.map((known) => `\`${known}\``).join(', '), shell);
}

function wordsOf(words: readonly string[]) {
  return { kind: 'words' as const, words };
}

async function explainedWords(): Promise<string[]> {
  const [{ FINDING_KINDS }, { readWords }, { packageRoot }] = await Promise.all([
    import('../model/index.ts'),
    import('../report/explain.ts'),
    import('../plan/installation.ts'),
  ]);
  const words = [...readWords(join(packageRoot(), 'docs/findings')).keys()];
  return [...Object.keys(FINDING_KINDS), ...words.filter((word) => !word.includes(' '))];
}
