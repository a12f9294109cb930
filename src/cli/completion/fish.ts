import type { CompletedCommand, CompletedOption, Offer } from './command-line.ts';

/** A script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c crossfree -n __crossfree_no_command -a ${command.name} -d ${quote(command.description)}`,
    ...command.options.map((option) => optionLine(command.name, option)),
    ...argumentLine(command),
  ]);
  return `# crossfree completion for fish
function __crossfree_no_command
    test (count (commandline -opc)) -eq 1
end
function __crossfree_in
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]; and not contains -- -- $words
end
complete -c crossfree -f
complete -c crossfree -n __crossfree_no_command -s h -l help -d 'display help'
complete -c crossfree -n __crossfree_no_command -s V -l version -d 'print the version'
complete -c crossfree -n 'contains -- -- (commandline -opc)' -F
${lines.join('\n')}
`;
}

function optionLine(command: string, { flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value ? ` -r ${offered(value.offer)}` : '';
  return `complete -c crossfree -n '__crossfree_in ${command}' ${names.join(' ')}${takes} -d ${quote(description)}`;
}

function argumentLine({ name, argument }: CompletedCommand): string[] {
  const offer = argument.kind === 'program' ? "-F -a '(__fish_complete_command)'" : offered(argument);
  return argument.kind === 'free' ? [] : [`complete -c crossfree -n '__crossfree_in ${name}' ${offer}`];
}

function offered(offer: Offer): string {
  if (offer.kind === 'words') return `-f -a ${quote(offer.words.join(' '))}`;
  if (offer.kind === 'folder') return "-f -a '(__fish_complete_directories)'";
  return offer.kind === 'file' ? '-F' : '-f';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
