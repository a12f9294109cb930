import type { CompletedCommand, CompletedOption, Offer } from './command-line.ts';

/** A function for zsh's completion system. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef crossfree
# crossfree completion for zsh
_crossfree() {
  local context state line
  typeset -A opt_args
  _arguments -C '(-h --help)'{-h,--help}'[display help]' '(-V --version)'{-V,--version}'[print the version]' \\
    '1: :->command' '*:: :->rest'
  case $state in
  command)
    local -a commands=(
${commands.map(({ name, description }) => `      ${quote(`${name}:${description}`)}`).join('\n')}
    )
    _describe command commands ;;
  rest)
    case $words[1] in
${commands.map(commandCase).join('\n')}
    esac ;;
  esac
}
if [[ $funcstack[1] == _crossfree ]]; then _crossfree "$@"; else compdef _crossfree crossfree; fi
`;
}

function commandCase({ name, options, argument }: CompletedCommand): string {
  const specs = [...options.map(optionSpec), argumentSpec(argument)].filter((spec) => spec !== '');
  // without -S a program's own options behind -- would be taken for ours
  return `    ${name}) _arguments -S ${specs.map((spec) => `\\\n      ${spec}`).join(' ')} ;;`;
}

function optionSpec({ flags, description, value }: CompletedOption): string {
  const text = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`;
  const action = value ? `:${value.name.replaceAll(':', '\\:')}:${actionOf(value.offer)}` : '';
  // given again where the option says so
  const again = /again for more/.test(description) ? '*' : '';
  if (flags.length < 2) return quote(`${again}${flags[0] ?? ''}${text}${action}`);
  return `${quote(`(${flags.join(' ')})`)}{${flags.join(',')}}${quote(text + action)}`;
}

function argumentSpec(offer: Offer): string {
  if (offer.kind === 'program') return quote('*::program:_normal');
  return offer.kind === 'free' ? '' : quote(`*:argument:${actionOf(offer)}`);
}

function actionOf(offer: Offer): string {
  if (offer.kind === 'words') return `(${offer.words.join(' ')})`;
  if (offer.kind === 'file') return '_files';
  return offer.kind === 'folder' ? '_files -/' : ' ';
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
