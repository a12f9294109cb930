import { Pheader } from '../../inspect/elf-constants.ts';
import { type UnwoundStack, unwind } from '../unwind/unwind.ts';
import { CoreFile } from './core-file.ts';
import { CoreMemory } from './core-memory.ts';
import { type Module, moduleInMemory, readModules } from './modules.ts';
import { type CoreNotes, type CoreThread, readNotes } from './notes.ts';

const AuxiliaryKey = { entry: 9, kernelModule: 33, programPath: 31 } as const;
const LONGEST_PATH = 4096;

/** A core file with all that its notes tell, ready to be asked. Close it in the end. */
export class CoreImage {
  readonly notes: CoreNotes;
  readonly modules: Module[];
  readonly memory: CoreMemory;
  readonly truncated: boolean;

  /** `program`: where its executable lies now. Throws NoEvidence for what is no readable core. */
  constructor(path: string, program?: string) {
    const core = CoreFile.open(path);
    try {
      this.truncated = core.truncated;
      this.notes = readNotes(core.notes());
      const bare = { read: (address: bigint, length: number) => readWhole(core, address, length) };
      const entry = this.notes.auxiliary.get(AuxiliaryKey.entry);
      const executable = this.notes.files.find(
        ({ start, end }) => entry !== undefined && entry >= start && entry < end,
      );
      const replaced = new Map(program && executable ? [[executable.path, program]] : []);
      this.modules = readModules(this.notes.files, bare, replaced);
      const kernel = this.notes.auxiliary.get(AuxiliaryKey.kernelModule);
      const own = kernel === undefined ? undefined : moduleInMemory(bare, kernel, '[vdso]');
      if (own) this.modules.push(own);
      this.memory = new CoreMemory(core, this.notes.files, this.modules, this.notes.threads);
    } catch (error) {
      core.close();
      throw error;
    }
  }

  close(): void {
    this.memory.close();
  }

  /** The module of the program itself. */
  get executable(): Module | undefined {
    const entry = this.notes.auxiliary.get(AuxiliaryKey.entry);
    return entry === undefined ? undefined : this.moduleAt(entry);
  }

  /** The path by which the program was started, as the kernel noted it. */
  get startedAs(): string | undefined {
    const at = this.notes.auxiliary.get(AuxiliaryKey.programPath);
    for (let length = LONGEST_PATH; at !== undefined && length >= 16; length /= 2) {
      const text = this.memory.read(at, length); // it stands near the end of the stack
      const end = text?.indexOf(0) ?? -1;
      if (text && end > 0) return text.toString('utf8', 0, end);
    }
    return undefined;
  }

  moduleAt(address: bigint): Module | undefined {
    return this.modules.find(({ start, end }) => address >= start && address < end);
  }

  /** The calls of one thread. */
  stackOf(thread: CoreThread): UnwoundStack {
    return unwind(this.memory, thread.registers, (pc) => {
      const module = this.moduleAt(pc);
      const header = module?.headers.find(({ type }) => type === Pheader.unwindTable);
      return header && module ? module.base + header.address : undefined;
    });
  }
}

function readWhole(core: CoreFile, address: bigint, length: number): Buffer | undefined {
  const bytes = core.readUpTo(address, length);
  return bytes?.length === length ? bytes : undefined;
}
