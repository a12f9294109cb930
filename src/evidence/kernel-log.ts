import type { Testimony } from './testimony.ts';
import { textLines } from './text-lines.ts';

const SEGFAULT =
  /(\S{1,64})\[(\d+)\]: segfault at ([0-9a-f]+) ip ([0-9a-f]+) sp [0-9a-f]+ error ([0-9a-f]+)(?: in ([^[]{1,256})\[([0-9a-f]+)[,+])?/;
const TRAP = /traps: (\S{1,64})\[(\d+)\] (general protection fault|trap [a-z ]{1,40}) ip:([0-9a-f]+)/;
const CODE = /Code: ([0-9a-f<> ]+)/;
const TRAPS: Record<string, string> = {
  'trap invalid opcode': 'SIGILL',
  'trap divide error': 'SIGFPE',
  'trap int3': 'SIGTRAP',
};

/** The last crash that the kernel's log tells of; undefined when there is none. */
export function readKernelLog(text: string): Testimony | undefined {
  let told: Testimony | undefined;
  for (const line of textLines(text)) {
    const fault = SEGFAULT.exec(line);
    const trap = fault ? null : TRAP.exec(line);
    const code = CODE.exec(line)?.[1];
    if (fault) {
      const bits = Number.parseInt(fault[5] ?? '0', 16);
      const module = fault[6];
      told = testimony(fault[1] ?? '', {
        signal: 'SIGSEGV',
        signalCode: bits & 1 ? 'SEGV_ACCERR' : 'SEGV_MAPERR',
        address: `0x${fault[3]}`,
        access: bits & 16 ? 'execute' : bits & 2 ? 'write' : 'read',
        instruction: { address: `0x${fault[4]}` },
        // since Linux 6.4 the first number is the offset in the file; before, it was the mapping's start
        ...(module && { stack: [{ module, ...(line.includes(',') && { offset: `0x${fault[7]}` }) }] }),
      });
    } else if (trap) {
      const kind = trap[3] ?? '';
      const signal = TRAPS[kind] ?? 'SIGSEGV';
      const general = kind.startsWith('general') && { signalCode: 'SI_KERNEL' };
      told = testimony(trap[1] ?? '', { signal, ...general, instruction: { address: `0x${trap[4]}` } });
    } else if (code && told?.fault?.instruction) {
      const at = code.indexOf('<');
      if (at >= 0) told.fault.instruction.bytes = code.slice(at).replace(/[<> ]/g, '').slice(0, 30);
    }
  }
  return told;
}

function testimony(program: string, fault: NonNullable<Testimony['fault']>): Testimony {
  return {
    source: 'kernel-log',
    tool: 'the kernel',
    complete: true,
    command: [program],
    outcome: { kind: 'signal', signal: fault.signal ?? 'SIGSEGV' },
    fault,
    complaints: [],
    flags: [],
  };
}
