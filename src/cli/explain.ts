import { Command } from 'commander';

export function explainCommand(): Command {
  return new Command('explain')
    .description('what a finding code, a verdict or another word of a report means')
    .argument('[word]', 'for example CF001, latent or coverage; without it: the list')
    .action(async (word: string | undefined) => {
      const { explain } = await import('../report/explain.ts');
      const { wantsColour } = await import('../report/colour.ts');
      process.stdout.write(explain(word, { colour: wantsColour(process.env, 1) }));
    });
}
