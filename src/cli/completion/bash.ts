import type { CompletedCommand, Offer } from './command-line.ts';

/** A script for bash 4 and later that needs nothing else, bash-completion included. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# crossfree completion for bash
_crossfree() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} index
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W ${quote([...commands.map(({ name }) => name), 'help', '--help', '--version'])} -- "$current")
    return
  fi
  for ((index = 2; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} == -- ]]; then
      if ((COMP_CWORD == index + 1)); then mapfile -t COMPREPLY < <(compgen -c -- "$current"; compgen -f -- "$current")
      else mapfile -t COMPREPLY < <(compgen -f -- "$current"); fi
      return
    fi
  done
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${commands.map(commandCase).join('\n')}
  help) mapfile -t COMPREPLY < <(compgen -W ${quote(commands.map(({ name }) => name))} -- "$current") ;;
  esac
}
complete -o filenames -F _crossfree crossfree
`;
}

function valueCases({ name, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, value }) => {
    if (!value) return [];
    const places = flags.map((flag) => `"${name} ${flag}"`).join('|');
    return [`  ${places}) ${replies(value.offer)}return ;;`];
  });
}

function commandCase({ name, options, argument }: CompletedCommand): string {
  const flags = quote(options.flatMap((option) => option.flags));
  return `  ${name})
    if [[ $current == -* ]]; then mapfile -t COMPREPLY < <(compgen -W ${flags} -- "$current")
    else ${replies(argument)}:; fi ;;`;
}

/** The command that fills in what a place offers. */
function replies(offer: Offer): string {
  const from = (what: string) => `mapfile -t COMPREPLY < <(compgen ${what} -- "$current"); `;
  if (offer.kind === 'words') return from(`-W ${quote(offer.words)}`);
  if (offer.kind === 'file') return from('-f');
  if (offer.kind === 'folder') return from('-d');
  return offer.kind === 'program' ? from('-c') : '';
}

function quote(words: readonly string[]): string {
  return `'${words.join(' ').replaceAll("'", "'\\''")}'`;
}
