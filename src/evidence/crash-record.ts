import type { CrashRecord } from '../ledger/records.ts';
import type { Fault } from '../model/index.ts';
import { withInstruction } from './fault-instruction.ts';
import { nameOfSignal, nameOfSignalCode } from './signal-codes.ts';

const REGISTERS = [
  ...(['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp'] as const),
  ...(['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'] as const),
];

/** The processor's exception for memory that could not be reached, and the bits of its error code. */
const PAGE_FAULT = 14;
const WRITE = 2;
const FETCH = 16;

/** What the runtime's record says of a fatal signal, still without names of functions. */
export async function faultOfRecord(record: CrashRecord): Promise<Fault> {
  const signal = nameOfSignal(record.signal) ?? `signal ${record.signal}`;
  const signalCode = nameOfSignalCode(signal, record.code);
  const hardware = record.code > 0 && signalCode !== 'SI_KERNEL';
  const memory = hardware && record.trap === PAGE_FAULT;
  const fault: Fault = {
    signal,
    ...(signalCode !== undefined && { signalCode }),
    ...(hardware && (signal === 'SIGSEGV' || signal === 'SIGBUS') && { address: hex(record.address) }),
    ...(memory && { access: accessOf(record.error) }),
    instruction: {
      address: hex(record.rip),
      ...(record.bytes.length > 0 && { bytes: record.bytes.toString('hex') }),
    },
    registers: Object.fromEntries(registersOf(record).map(([name, value]) => [name, hex(value)])),
  };
  if (record.bytes.length === 0 || record.code <= 0) return fault; // no instruction did what somebody sent
  return withInstruction(fault, record.bytes, Object.fromEntries(registersOf(record)));
}

/** By their names, in the order in which a person reads them. */
export function registersOf(record: CrashRecord): [string, bigint][] {
  return REGISTERS.map((name) => [name, record[name]]);
}

function accessOf(error: number): 'read' | 'write' | 'execute' {
  if ((error & FETCH) !== 0) return 'execute';
  return (error & WRITE) !== 0 ? 'write' : 'read';
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
