import type { Testimony } from './testimony.ts';
import { textLines } from './text-lines.ts';

const PREFIX = /^(?:\[pid +\d+\] |\d+ +)?(?:\d\d:\d\d:\d\d(?:\.\d+)? |\d+\.\d+ )?/;
const CALL = /^\w{1,64}\(.*\) += (?:-?\d|0x|\?)/;
const SIGNAL = /^--- (SIG[A-Z0-9]+) \{si_signo=\w+, si_code=(\w+)(?:, si_addr=(NULL|0x[0-9a-f]+))?/;
const ENDED = /^\+\+\+ (?:killed by (SIG[A-Z0-9]+)|exited with (\d{1,3}))/;

/** What a log of strace tells of the end; undefined when the text is none. */
export function readStrace(text: string): Testimony | undefined {
  const told: Testimony = { source: 'strace', tool: 'strace', complete: false, complaints: [], flags: [] };
  let calls = 0;
  for (const line of textLines(text)) {
    const said = line.replace(PREFIX, '');
    if (CALL.test(said)) calls++;
    const signal = SIGNAL.exec(said);
    const ended = ENDED.exec(said);
    if (signal && /^SIG(SEGV|BUS|ILL|FPE|ABRT|TRAP|SYS)$/.test(signal[1] ?? '')) {
      const address = signal[3] === 'NULL' ? '0x0' : signal[3];
      told.fault = { signal: signal[1] ?? '', signalCode: signal[2] ?? '', ...(address && { address }) };
    } else if (ended) {
      told.complete = true;
      const worse = told.outcome?.kind === 'signal';
      if (ended[1] !== undefined) told.outcome = { kind: 'signal', signal: ended[1] };
      else if (!worse) told.outcome = { kind: 'exit', code: Number(ended[2]) };
    }
  }
  if (told.outcome?.kind === 'exit') delete told.fault; // a signal that the program handled
  return calls > 0 || told.fault || told.complete ? told : undefined;
}
