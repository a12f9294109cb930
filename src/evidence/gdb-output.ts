import type { Fault, Frame, Outcome } from '../model/index.ts';
import { flagComplaints } from './red-flags/complaints.ts';
import { flagOf } from './red-flags/red-flags.ts';
import { nameOfSignal, nameOfSignalCode } from './signal-codes.ts';
import type { Testimony } from './testimony.ts';
import { textLines } from './text-lines.ts';

/** The program as gdb found it at a signal. */
export interface GdbStop {
  fault: Fault;
  stack: Frame[];
  /** What the C library said before it aborted. */
  message?: string;
}

const FRAME = /^#\d+ +(?:0x[0-9a-f]+ in )?(.+?) \(.*\)(?: at (.+):(\d+)| from (.+))?$/;

/** The stops in gdb's answers to the questions of gdb-batch.ts, in their order. */
export function gdbStops(log: string): GdbStop[] {
  const stops: GdbStop[] = [];
  let part = '';
  let values: string[] = [];
  for (const line of textLines(log)) {
    const mark = /^@(\w+)$/.exec(line)?.[1];
    if (mark) {
      part = mark;
      if (mark === 'stop') {
        values = [];
        stops.push({ fault: {}, stack: [] });
      }
      continue;
    }
    const stop = stops.at(-1);
    if (!stop) continue;
    const value = /^\$\d+ = (-?\w+)$/.exec(line)?.[1];
    const frame = part === 'stack' ? FRAME.exec(line) : null;
    const register = part === 'registers' ? /^(\w+) +(0x[0-9a-f]+)/.exec(line) : null;
    const instruction = part === 'instruction' ? /^=> (0x[0-9a-f]+)[^:]*:\s*(.*)$/.exec(line) : null;
    if (part === 'stop' && value !== undefined) {
      values.push(value);
      describe(stop.fault, values);
    } else if (part === 'message' && stop.message === undefined && line.trim() !== '')
      stop.message = line.trim();
    else if (instruction)
      stop.fault.instruction = { address: instruction[1] ?? '', text: (instruction[2] ?? '').trim() };
    else if (register)
      stop.fault.registers = { ...stop.fault.registers, [register[1] ?? '']: register[2] ?? '' };
    else if (frame) stop.stack.push(frameOf(frame));
  }
  return stops.filter((stop) => stop.fault.signal !== undefined);
}

function describe(fault: Fault, [number = '', code, address]: string[]): void {
  const signal = nameOfSignal(Number(number));
  if (signal === undefined) return;
  fault.signal = signal;
  const name = code === undefined ? undefined : nameOfSignalCode(signal, Number(code));
  if (name) fault.signalCode = name;
  if (address !== undefined && name !== undefined && !name.startsWith('SI_')) fault.address = address;
}

function frameOf([, name = '', file, line, module]: RegExpExecArray): Frame {
  return {
    ...(name !== '??' && { function: name }),
    ...(file !== undefined && { file, line: Number(line) }),
    ...(module !== undefined && { module }),
  };
}

/** What the last stop tells; `log` has how the program ended, when it was run. */
export function gdbTestimony(stops: readonly GdbStop[], log: string): Testimony {
  const [, signal, code] = /@exit\n(?:\$\d+ = (\S+)\n)?(?:\$\d+ = (\S+))?/.exec(log) ?? [];
  const number = Number(signal);
  const ended: Outcome | undefined =
    !(number > 0) && Number.isInteger(Number(code)) ? { kind: 'exit', code: Number(code) & 255 } : undefined;
  const stop = ended ? undefined : stops.at(-1);
  const flag = stop?.message === undefined ? undefined : flagOf(stop.message);
  const killed = nameOfSignal(number);
  const outcome: Outcome | undefined =
    ended ??
    (killed === undefined
      ? undefined
      : { kind: 'signal', signal: killed, ...(flag && { message: flag.said }) });
  return {
    source: 'gdb',
    tool: 'gdb',
    complete: outcome !== undefined, // gdb ends a program that goes on after so many signals
    ...(outcome && { outcome }),
    ...(stop && { fault: { ...stop.fault, stack: stop.stack } }),
    complaints: flag && stop ? flagComplaints(flag, stop.stack) : [],
    flags: flag ? [{ name: flag.name, by: flag.by, said: flag.said }] : [],
  };
}
