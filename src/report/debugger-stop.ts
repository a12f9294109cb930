import type { DebuggerStop, Frame } from '../model/index.ts';
import type { painter } from './paint.ts';
import { printable } from './printable.ts';

const MOST_FRAMES = 12;
const MOST_LOCALS = 20;
const COLUMNS = 4;

/** What stood there when the debugger stopped the program: one page for a terminal. */
export function stopLines(stop: DebuggerStop, number: number, paint: ReturnType<typeof painter>): string[] {
  const what = stop.why === 'finding' ? (stop.code ?? 'a finding') : (stop.signal ?? 'a signal');
  const parts: [string, string[]][] = [
    ['source', sourceLines(stop, paint)],
    ['instructions', instructionLines(stop, paint)],
    ['registers', registerLines(stop)],
    [
      'stack words',
      stop.words.map(({ address, value, name }) =>
        printable(`${address}  ${value.padEnd(18)} ${name ?? ''}`.trimEnd()),
      ),
    ],
    ['locals', localLines(stop)],
    ['calls', stop.stack.slice(0, MOST_FRAMES).map((frame, index) => `#${index} ${placeOf(frame)}`)],
  ];
  const title = `stop ${number}: ${what}, thread ${stop.thread}${stop.frame ? `, ${placeOf(stop.frame)}` : ''}`;
  return [
    paint('bold', printable(title)),
    ...parts
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([name, lines]) => [`  ${paint('dim', name)}`, ...lines.map((line) => `    ${line}`)]),
  ];
}

function sourceLines({ source }: DebuggerStop, paint: ReturnType<typeof painter>): string[] {
  return source.map(({ line, text, current }) => {
    const shown = `${current ? '=>' : '  '} ${String(line).padStart(5)}  ${printable(text)}`;
    return current ? paint('bold', shown) : shown;
  });
}

function instructionLines({ instructions }: DebuggerStop, paint: ReturnType<typeof painter>): string[] {
  return instructions.map(({ address, text, function: name, current }) => {
    const shown = `${current ? '=>' : '  '} ${printable(address)} ${name === undefined ? '' : `<${printable(name)}> `}${printable(text)}`;
    return current ? paint('bold', shown) : shown;
  });
}

function registerLines({ registers }: DebuggerStop): string[] {
  const all = Object.entries(registers).map(
    ([name, value]) => `${printable(name).padEnd(4)}${printable(value).padEnd(20)}`,
  );
  return Array.from({ length: Math.ceil(all.length / COLUMNS) }, (_, row) =>
    all
      .slice(row * COLUMNS, (row + 1) * COLUMNS)
      .join(' ')
      .trimEnd(),
  );
}

function localLines({ locals }: DebuggerStop): string[] {
  return locals.slice(0, MOST_LOCALS).map(({ name, type, value }) => {
    const typed = type === undefined ? '' : `${printable(type)} `;
    return `${typed}${printable(name)} = ${value === undefined ? '…' : printable(value)}`;
  });
}

function placeOf({ function: name, file, line, module, offset }: Frame): string {
  const where =
    file !== undefined
      ? `${file}${line === undefined ? '' : `:${line}`}`
      : module === undefined
        ? offset
        : module;
  return printable([name ?? '??', where].filter((part) => part !== undefined).join(' at '));
}
