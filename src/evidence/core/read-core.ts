import type { Fault, Frame, ThreadAccount, Unknown } from '../../model/index.ts';
import { keyOf } from '../address.ts';
import { withInstruction } from '../fault-instruction.ts';
import { callAddress, namedFrames, type PlacedAddress } from '../frames.ts';
import { heapAccount } from '../heap/account.ts';
import { pointersOf } from '../heap/pointers.ts';
import { LONGEST_INSTRUCTION } from '../instruction.ts';
import { NoEvidence } from '../read-evidence.ts';
import { flagComplaints } from '../red-flags/complaints.ts';
import { flagOf } from '../red-flags/red-flags.ts';
import { nameOfSignal, nameOfSignalCode } from '../signal-codes.ts';
import { Symbolizer } from '../symbolizer.ts';
import type { Testimony } from '../testimony.ts';
import type { UnwoundStack } from '../unwind/unwind.ts';
import { abortMessage } from './abort-message.ts';
import { CoreImage } from './core-image.ts';
import type { CoreThread } from './notes.ts';

/** The other threads' stacks are shown of so many. */
const MOST_THREADS = 64;
const SHOWN_REGISTERS = [
  ...['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip', 'eflags', 'fs_base'],
];

/**
 * What an ELF core tells, read without any other tool but one that knows source lines.
 * `program`: where its executable lies now. Throws NoEvidence when it tells nothing.
 */
export async function readCore(path: string, program?: string): Promise<Testimony> {
  const image = new CoreImage(path, program);
  const symbolizer = new Symbolizer();
  try {
    const [first, ...others] = image.notes.threads;
    if (!first) {
      throw new NoEvidence('it is a core dump, but no thread stands in it: it breaks off, or is damaged');
    }
    const stacks = [first, ...others.slice(0, MOST_THREADS - 1)].map((thread) => image.stackOf(thread));
    const named = await nameAll(image, stacks, symbolizer);
    const [stack = []] = named;
    const fault = await faultOf(image, first, stack);
    const heap = heapAccount(
      image.memory,
      pointersOf(image.memory, addressOf(fault), first.registers, stacks[0]?.frames ?? []),
    );
    const message = fault.signal === 'SIGABRT' ? abortMessage(image.memory, image.modules) : undefined;
    const flag = message === undefined ? undefined : flagOf(message);
    const command = image.startedAs ?? image.executable?.path;
    return {
      source: 'core',
      tool: 'crossfree',
      complete: !image.truncated,
      ...(command !== undefined && { command: [command] }),
      ...(fault.signal !== undefined && {
        outcome: { kind: 'signal', signal: fault.signal, ...(flag && { message: flag.said }) },
      }),
      fault,
      complaints: flag ? flagComplaints(flag, stack) : [],
      flags: flag ? [{ name: flag.name, by: flag.by, said: flag.said }] : [],
      ...(others.length > 0 && { threads: accountsOf(others, named.slice(1)) }),
      ...(heap && { heap }),
      unknown: unknownOf(image, stacks[0]),
    };
  } finally {
    symbolizer.close();
    image.close();
  }
}

function addressOf({ address }: Fault): bigint | undefined {
  return address === undefined ? undefined : BigInt(address);
}

/** The stacks with functions and lines, in one question to the symbolizer. */
async function nameAll(
  image: CoreImage,
  stacks: readonly UnwoundStack[],
  symbolizer: Symbolizer,
): Promise<Frame[][]> {
  const placed = stacks.map(({ frames }) =>
    frames.map(({ pc, exact }): PlacedAddress => {
      const module = image.moduleAt(pc);
      const address = Number(exact ? pc + 1n : pc); // names are looked up one byte before
      if (!module) return { address: Number(pc) };
      // the names of another file would be lies: the symbolizer compares it with the build id
      const buildId = (module.onDisk === 'other' ? module.buildId : module.fileBuildId) ?? '';
      return { address, module: { path: module.file, buildId, base: Number(module.base) } };
    }),
  );
  const asked = placed.flatMap((places) => places.flatMap((place) => callAddress(place) ?? []));
  const wanted = new Map(asked.map((address) => [keyOf(address), address]));
  const symbols = await symbolizer.lookUp(wanted.values());
  return placed.map((places) => namedFrames(places, symbols));
}

async function faultOf(image: CoreImage, thread: CoreThread, stack: Frame[]): Promise<Fault> {
  const { registers, info, signal: number } = thread;
  const signal = nameOfSignal(info?.number ?? number);
  const signalCode = signal && info ? nameOfSignalCode(signal, info.code) : undefined;
  const fault: Fault = {
    ...(signal !== undefined && { signal }),
    ...(signalCode !== undefined && { signalCode }),
    stack,
    registers: Object.fromEntries(
      SHOWN_REGISTERS.flatMap((name) =>
        registers[name] === undefined ? [] : [[name, hex(registers[name])]],
      ),
    ),
  };
  const fromKernel = (info?.code ?? 0) > 0 && signalCode !== 'SI_KERNEL';
  if (fromKernel && (signal === 'SIGSEGV' || signal === 'SIGBUS')) fault.address = hex(info?.address ?? 0n);
  const at = registers.rip;
  // what another process or the program itself sent, no instruction did
  if (at === undefined || (info && info.code <= 0)) return fault;
  if (fault.address === hex(at)) fault.access = 'execute';
  const bytes = codeAt(image, at);
  fault.instruction = { address: hex(at), ...(bytes && { bytes: bytes.toString('hex') }) };
  return bytes ? withInstruction(fault, bytes, registers) : fault;
}

function codeAt(image: CoreImage, address: bigint): Buffer | undefined {
  for (let length = LONGEST_INSTRUCTION; length > 0; length--) {
    const bytes = image.memory.read(address, length);
    if (bytes) return bytes;
  }
  return undefined;
}

function accountsOf(threads: readonly CoreThread[], stacks: readonly Frame[][]): ThreadAccount[] {
  return stacks.map((stack, index) => ({ thread: threads[index]?.tid ?? 0, stack }));
}

function unknownOf(image: CoreImage, stack: UnwoundStack | undefined): Unknown[] {
  const unknown: Unknown[] = [];
  const seen = new Set<string>();
  for (const { pc } of stack?.frames ?? []) {
    const module = image.moduleAt(pc);
    if (!module || seen.has(module.path)) continue;
    seen.add(module.path);
    const id = module.buildId === undefined ? '' : ` (build id ${module.buildId})`;
    if (module.onDisk === 'other') {
      unknown.push({
        what: `Names and lines in ${module.file}: it is another file than the one that the program had mapped${id}.`,
        remedy: 'put the file of the crashed program there, or name it by --program',
      });
    } else if (module.onDisk === 'absent' && module.path.startsWith('/')) {
      unknown.push({
        what: `Names and lines in ${module.file}, which is gone${id}.`,
        remedy: 'put the file there, or name the program by --program',
      });
    }
  }
  if (stack?.brokeOff !== undefined) {
    unknown.push({ what: `What called the outermost frame: ${stack.brokeOff}.`, remedy: 'gdb PROGRAM CORE' });
  }
  if (image.notes.files.length === 0) {
    unknown.push({
      what: 'Which files were mapped: the core has no list of them.',
      remedy: 'gdb PROGRAM CORE',
    });
  }
  return unknown;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
