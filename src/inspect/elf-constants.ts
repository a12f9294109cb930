/** The few numbers of the ELF specification that we need, by the names it gives them. */
export const ElfType = { relocatable: 1, executable: 2, dynamic: 3, core: 4 } as const;

export const Pheader = { load: 1, dynamic: 2, interpreter: 3, note: 4, unwindTable: 0x6474e550 } as const;

export const SectionType = { symbols: 2, noBits: 8, dynamicSymbols: 11 } as const;

export const DynamicTag = { end: 0, needed: 1, stringTable: 5, stringTableSize: 10, soname: 14 } as const;

const MACHINES: Record<number, string> = {
  2: 'sparc',
  3: 'x86',
  8: 'mips',
  20: 'powerpc',
  21: 'powerpc64',
  22: 's390',
  40: 'arm',
  43: 'sparcv9',
  62: 'x86-64',
  183: 'aarch64',
  243: 'riscv',
  247: 'bpf',
  258: 'loongarch',
};

/** The usual name of an `e_machine` number. */
export function machineName(machine: number): string {
  return MACHINES[machine] ?? `machine ${machine}`;
}
