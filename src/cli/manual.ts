import type { Command, Help, Option } from 'commander';

/** One manual page: the name of its file, and what stands in it, for `man`. */
export interface ManualPage {
  file: string;
  text: string;
}

/** The manual pages of crossfree and of each of its commands, from the model that the help is made from. */
export function manualPages(program: Command, version: string): ManualPage[] {
  return [program, ...program.commands].map((command) => {
    const name = command === program ? command.name() : `${program.name()}-${command.name()}`;
    return { file: `${name}.1`, text: page(command, name, program, version) };
  });
}

function page(command: Command, name: string, program: Command, version: string): string {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  return [
    `.TH ${roff(name.toUpperCase())} 1 "" "crossfree ${roff(version)}" "crossfree"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(command.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${roff(help.commandUsage(command))}`,
    ...optionLines(help, command),
    ...(commands.length > 0 ? ['.SH COMMANDS', ...commands.flatMap(commandLines)] : []),
    ...trailing(command),
    '.SH SEE ALSO',
    [program, ...program.commands]
      .filter((other) => other !== command)
      .map((other) => `.BR ${roff(other === program ? other.name() : `crossfree-${other.name()}`)} (1)`)
      .join(',\n'),
    '',
  ].join('\n');
}

function optionLines(help: Help, command: Command): string[] {
  const options = help.visibleOptions(command);
  const item = (option: Option) => [
    '.TP',
    `.B ${roff(option.flags)}`,
    line(roff(help.optionDescription(option))),
  ];
  return options.length > 0 ? ['.SH OPTIONS', ...options.flatMap(item)] : [];
}

function commandLines(command: Command): string[] {
  return ['.TP', `.B ${roff(command.name())}`, line(roff(command.description()))];
}

/** What the help says below the options: each paragraph under its heading, as it was laid out. */
function trailing(command: Command): string[] {
  let whole = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => (whole += text) });
  command.outputHelp();
  command.configureOutput({ ...(writeOut && { writeOut }) });
  const after = whole.slice(command.helpInformation().length);
  const paragraphs = after.split(/\n{2,}/).filter((text) => text.trim() !== '');
  const sections = paragraphs.map((text) => {
    const [, heading, body] = /^([A-Z][^\n]*):\n([\s\S]*)$/.exec(text.replace(/^\n+|\n+$/g, '')) ?? [];
    return { heading, lines: (body ?? text).replace(/^\n+|\n+$/g, '').split('\n') };
  });
  // what has no heading of its own describes the command
  sections.sort((a, b) => Number(a.heading !== undefined) - Number(b.heading !== undefined));
  let before: string | undefined;
  return sections.flatMap(({ heading = 'description', lines }) => {
    const title = heading === before ? ['.PP'] : [`.SH ${roff(heading.toUpperCase())}`];
    before = heading;
    return [...title, '.nf', ...lines.map((text) => line(roff(text))), '.fi'];
  });
}

/** Text in which nothing is a request, an escape or a hyphen that could be broken at. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', '...')
    .replaceAll('’', "'")
    .replaceAll('\n', ' ');
}

/** A line of its own must not begin as a request does. */
function line(text: string): string {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
