import { readKernelLog } from './kernel-log.ts';
import { flagComplaints } from './red-flags/complaints.ts';
import { redFlags } from './red-flags/red-flags.ts';
import { readSanitizers } from './sanitizer/report.ts';
import { readStrace } from './strace.ts';
import type { Testimony } from './testimony.ts';
import { readValgrindXml } from './valgrind.ts';
import { valgrindTestimony } from './valgrind-testimony.ts';
import { readValgrindText } from './valgrind-text.ts';

/** The bytes are no evidence that we can read; the message says what they are instead. */
export class NoEvidence extends Error {}

const MACHINES: Record<number, string> = {
  3: '32-bit x86',
  40: '32-bit ARM',
  183: '64-bit ARM',
  243: 'RISC-V',
};
const PACKED: [number[], string][] = [
  [[0x1f, 0x8b], 'it is compressed: unpack it with `gunzip`'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'it is compressed: unpack it with `zstd -d`'],
  [[0xfd, 0x37, 0x7a], 'it is compressed: unpack it with `xz -d`'],
  [[0x04, 0x22, 0x4d, 0x18], 'it is compressed: unpack it with `lz4 -d`'],
];

/** What each tool tells in these bytes, told apart by their content. Throws NoEvidence. */
export function readEvidence(bytes: Buffer): Testimony[] {
  if (bytes.length === 0) throw new NoEvidence('it is empty');
  refuseBinary(bytes);
  const text = bytes.toString('utf8');
  const told: Testimony[] = [];
  if (/<valgrindoutput>/.test(text.slice(0, 4096))) return [valgrindTestimony(readValgrindXml(text))];
  const valgrind = readValgrindText(text);
  if (valgrind) told.push(valgrindTestimony(valgrind));
  told.push(...readSanitizers(text));
  for (const reader of [readStrace, readKernelLog]) {
    const found = reader(text);
    if (found) told.push(found);
  }
  const output = readOutput(text);
  if (output) told.push(output);
  if (told.length === 0) {
    throw new NoEvidence(
      'nothing in it tells of a crash: expected what Valgrind, a sanitizer, strace, the kernel, an allocator or a language’s runtime writes',
    );
  }
  return told;
}

function refuseBinary(bytes: Buffer): void {
  if (bytes.length >= 20 && bytes.toString('latin1', 0, 4) === '\x7fELF') {
    const kind = bytes.readUInt16LE(16) === 4 ? 'a core dump' : 'a program or library';
    const machine = MACHINES[bytes.readUInt16LE(18)];
    if (machine) throw new NoEvidence(`it is ${kind} of ${machine}, which crossfree does not read`);
    throw new NoEvidence(
      kind === 'a core dump'
        ? 'it is a core dump without a whole header'
        : 'it is a program or library: `crossfree run -- PROGRAM` observes one',
    );
  }
  const packed = PACKED.find(([magic]) => magic.every((byte, at) => bytes[at] === byte));
  if (packed) throw new NoEvidence(packed[1]);
  if (bytes.subarray(0, 4096).includes(0)) throw new NoEvidence('it is no text, and no format that is known');
}

const SHELL: [RegExp, string][] = [
  [/(^|: |\d )Segmentation fault( \(core dumped\)|\s|$)/m, 'SIGSEGV'],
  [/(^|: |\d )Aborted( \(core dumped\)|\s|$)/m, 'SIGABRT'],
  [/(^|: |\d )Bus error( \(core dumped\)|\s|$)/m, 'SIGBUS'],
  [/(^|: |\d )Illegal instruction( \(core dumped\)|\s|$)/m, 'SIGILL'],
  [/(^|: |\d )Floating point exception( \(core dumped\)|\s|$)/m, 'SIGFPE'],
];

/** The red flags of plain output, and how a shell says that it ended. */
function readOutput(text: string): Testimony | undefined {
  const flags = redFlags(text);
  const shell = SHELL.find(([pattern]) => pattern.test(text.slice(-65_536)));
  if (flags.length === 0 && !shell) return undefined;
  const ending = flags.find((flag) => flag.rule.signal !== undefined);
  const signal = shell?.[1] ?? ending?.rule.signal;
  const first = flags.find((flag) => flag.rule.check) ?? flags[0];
  return {
    source: 'output',
    tool: first?.by ?? 'the shell',
    complete: true,
    ...(signal && { outcome: { kind: 'signal', signal, ...(first?.rule.check && { message: first.said }) } }),
    complaints: flags.flatMap((flag) => flagComplaints(flag)),
    flags: flags.map(({ name, by, said }) => ({ name, by, said })),
  };
}
