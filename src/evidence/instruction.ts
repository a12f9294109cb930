import type { Registers } from './heap/memory.ts';

/** The longest instruction of x86-64. */
export const LONGEST_INSTRUCTION = 15;

export interface DecodedInstruction {
  length: number;
  /** As gas writes it: `mov %rax,8(%rdi)`. */
  text: string;
  /** What it does to memory, each operand with its address where the registers are known. */
  memory: MemoryOperand[];
}

export interface MemoryOperand {
  access: 'read' | 'write' | 'read and write';
  /** Bytes; 0 where the instruction alone does not tell. */
  size: number;
  address?: bigint;
  /** `8(%rdi)` */
  text: string;
}

type Library = typeof import('iced-x86');
let loaded: Promise<Library> | undefined;

/**
 * The instruction (x86-64) that begins at the first of `bytes`, which stand at `address`; undefined where they
 * are none. With `registers` its operands have addresses.
 */
export async function decodeInstruction(
  bytes: Uint8Array,
  address: bigint,
  registers: Registers = {},
): Promise<DecodedInstruction | undefined> {
  loaded ??= import('iced-x86').then((module) => (module as { default?: Library }).default ?? module);
  const iced = await loaded;
  const decoder = new iced.Decoder(64, bytes, iced.DecoderOptions.None);
  const formatter = new iced.Formatter(iced.FormatterSyntax.Gas);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.showBranchSize = false;
  formatter.smallHexNumbersInDecimal = false;
  formatter.ripRelativeAddresses = true;
  const factory = new iced.InstructionInfoFactory();
  decoder.ip = address;
  const instruction = decoder.decode();
  try {
    if (instruction.isInvalid) return undefined;
    const info = factory.info(instruction);
    const memory = info.usedMemory().flatMap((used): MemoryOperand[] => {
      const access = accessOf(iced, used.access);
      if (!access) return [];
      const value = (register: number) => registerValue(iced, registers, register);
      const segment =
        used.segment === iced.Register.FS
          ? registers.fs_base
          : used.segment === iced.Register.GS
            ? registers.gs_base
            : 0n;
      const [base, index] = [value(used.base), value(used.index)];
      const place =
        base === undefined || index === undefined || segment === undefined
          ? undefined
          : BigInt.asUintN(64, segment + base + index * BigInt(used.scale) + used.displacement);
      return [
        {
          access,
          size: iced.MemorySizeExt.size(used.memorySize),
          ...(place !== undefined && { address: place }),
          text: operandText(iced, used),
        },
      ];
    });
    info.free();
    return { length: instruction.length, text: formatter.format(instruction), memory };
  } finally {
    for (const one of [instruction, factory, formatter, decoder]) one.free();
  }
}

function accessOf(iced: Library, access: number): MemoryOperand['access'] | undefined {
  const { OpAccess } = iced;
  if (access === OpAccess.Read || access === OpAccess.CondRead) return 'read';
  if (access === OpAccess.Write || access === OpAccess.CondWrite) return 'write';
  if (access === OpAccess.ReadWrite || access === OpAccess.ReadCondWrite) return 'read and write';
  return undefined;
}

function registerValue(iced: Library, registers: Registers, register: number): bigint | undefined {
  if (register === iced.Register.None || register === iced.Register.RIP) return 0n; // what counts from rip is given whole
  const name = nameOf(iced, register);
  const whole = registers[nameOf(iced, iced.RegisterExt.fullRegister(register))];
  return whole === undefined || name.startsWith('r') ? whole : BigInt.asUintN(32, whole);
}

function nameOf(iced: Library, register: number): string {
  return String(iced.Register[register]).toLowerCase();
}

interface Used {
  base: number;
  index: number;
  scale: number;
  displacement: bigint;
  segment: number;
}

function operandText(iced: Library, { base, index, scale, displacement, segment }: Used): string {
  const { Register } = iced;
  const offset = BigInt.asIntN(64, displacement);
  const parts = [base, index]
    .map((one) => (one === Register.None ? '' : `%${nameOf(iced, one)}`))
    .join(',')
    .replace(/,$/, '');
  const inner = parts === '' ? '' : `(${parts}${index === Register.None ? '' : `,${scale}`})`;
  const number =
    offset === 0n && inner !== '' ? '' : `${offset < 0n ? '-' : ''}0x${abs(offset).toString(16)}`;
  const prefix = segment === Register.FS || segment === Register.GS ? `%${nameOf(iced, segment)}:` : '';
  return `${prefix}${number}${inner}`;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
