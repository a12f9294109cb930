import type { Fault } from '../model/index.ts';
import type { Registers } from './heap/memory.ts';
import { decodeInstruction } from './instruction.ts';

/** A fault with what its instruction is, and which of its operands could not be reached; `bytes` begin with it. */
export async function withInstruction(fault: Fault, bytes: Uint8Array, registers: Registers): Promise<Fault> {
  const at = BigInt(fault.instruction?.address ?? 0);
  const decoded = await decodeInstruction(bytes, at, registers);
  if (!decoded) return fault;
  const instruction = {
    address: hex(at),
    bytes: Buffer.from(bytes.subarray(0, decoded.length)).toString('hex'),
    text: decoded.text,
  };
  const reached = fault.address === undefined ? undefined : BigInt(fault.address);
  const guilty =
    decoded.memory.find(({ address, size }) => covers(address, size, reached)) ??
    (fault.signalCode === 'SI_KERNEL'
      ? decoded.memory.find(({ address }) => isImpossible(address))
      : undefined);
  if (guilty?.address === undefined) return { ...fault, instruction };
  return {
    ...fault,
    instruction: { ...instruction, operand: `${guilty.text} = ${hex(guilty.address)}` },
    // the kernel says no address for one that no memory can have
    address: fault.address ?? hex(guilty.address),
    access: fault.access ?? (guilty.access === 'read' ? 'read' : 'write'),
  };
}

function covers(address: bigint | undefined, size: number, reached: bigint | undefined): boolean {
  if (address === undefined || reached === undefined) return false;
  return reached >= address && reached < address + BigInt(Math.max(size, 1));
}

/** The upper bits of an address are all alike. */
function isImpossible(address: bigint | undefined): boolean {
  return address !== undefined && BigInt.asUintN(64, BigInt.asIntN(48, address)) !== address;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
