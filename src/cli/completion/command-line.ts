import type { Argument, Command, Option } from 'commander';

/** What a shell can offer in a place. */
export type Offer =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'file' }
  | { kind: 'folder' }
  /** A program and then its own arguments. */
  | { kind: 'program' }
  /** Something that only its writer knows, such as a number. */
  | { kind: 'free' };

export interface CompletedOption {
  /** `-q` and `--quiet`, without those that are missing. */
  flags: string[];
  description: string;
  /** Absent when the option takes no value. */
  value?: { name: string; offer: Offer };
}

export interface CompletedCommand {
  name: string;
  description: string;
  options: CompletedOption[];
  argument: Offer;
}

/** crossfree's commands, from the same model that its help is made from. */
export function commandLineOf(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), HELP],
    argument: argumentOf(command.registeredArguments),
  }));
}

const HELP: CompletedOption = { flags: ['-h', '--help'], description: 'display help for command' };

function optionOf({ short, long, description, flags, argChoices }: Option): CompletedOption {
  const [, name] = /[<[]([^>\]]+)[>\]]/.exec(flags) ?? [];
  return {
    flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
    description,
    ...(name !== undefined && { value: { name, offer: offerOf(name, argChoices) } }),
  };
}

function argumentOf([first]: readonly Argument[]): Offer {
  return first === undefined ? { kind: 'free' } : offerOf(first.name(), first.argChoices);
}

/** The names of values follow one usage in all commands. */
function offerOf(name: string, words: readonly string[] | undefined): Offer {
  if (words !== undefined) return { kind: 'words', words };
  if (/^(file|result|results|path)(\.\.\.)?$/.test(name)) return { kind: 'file' };
  if (name === 'dir') return { kind: 'folder' };
  return name === 'program' ? { kind: 'program' } : { kind: 'free' };
}
