import { InheritedMap } from './inherited-map.ts';
import { LoadedModules } from './loaded-modules.ts';
import type { FindingRecord, ModuleRecord, StackRecord, WorldRecord } from './records.ts';

export interface PlacedStack {
  record: StackRecord;
  /** The modules that were mapped when the stack was taken. */
  modules: LoadedModules;
}

/** What is mapped and known in one process at one point of its ledger. */
export class ProcessState {
  readonly pid: number;
  readonly parent: number | undefined;
  /** Replaced, never changed: whoever keeps it has a picture of that moment. */
  live = new LoadedModules();
  /** The same by address, none over another. */
  #placed: ModuleRecord[] = [];
  #modules = new InheritedMap<number, ModuleRecord>();
  #worlds = new InheritedMap<number, WorldRecord>();
  #stacks = new InheritedMap<number, PlacedStack>();
  #findings = new InheritedMap<number, FindingRecord>();
  #threads = new Map<number, number>();

  constructor(pid: number, parent?: ProcessState) {
    this.pid = pid;
    this.parent = parent?.pid;
    this.#threads.set(pid, 1);
    if (!parent) return;
    this.live = parent.live;
    this.#placed = [...parent.#placed];
    this.#modules = parent.#modules.fork();
    this.#worlds = parent.#worlds.fork();
    this.#stacks = parent.#stacks.fork();
    this.#findings = parent.#findings.fork();
  }

  /** Where another module was, it takes its place: not every going is told. */
  load(module: ModuleRecord): void {
    this.unload(module.id);
    this.#modules.set(module.id, module);
    let from = firstBehind(this.#placed, module.start);
    let to = from;
    while (overlap(this.#placed[from - 1], module)) from--;
    while (overlap(this.#placed[to], module)) to++;
    for (const { id } of this.#placed.splice(from, to - from, module)) this.live = this.live.without(id);
    this.live = this.live.with(module);
  }

  /** One that was there before, where it was. */
  reload(id: number): void {
    const module = this.#modules.get(id);
    if (module) this.load(module);
  }

  unload(id: number): void {
    const module = this.#modules.get(id);
    if (!module) return;
    for (
      let at = firstBehind(this.#placed, module.start) - 1;
      this.#placed[at]?.start === module.start;
      at--
    ) {
      if (this.#placed[at] !== module) continue;
      this.#placed.splice(at, 1);
      this.live = this.live.without(id);
    }
  }

  addWorld(world: WorldRecord): void {
    this.#worlds.set(world.id, world);
  }

  addStack(record: StackRecord): void {
    this.#stacks.set(record.id, { record, modules: this.live });
  }

  addFinding(record: FindingRecord): void {
    if (record.death_stack > 0) this.#findings.set(record.death_stack, record);
  }

  /** The finding whose release has this stack. */
  findingOf(deathStack: number): FindingRecord | undefined {
    return this.#findings.get(deathStack);
  }

  /** A module by its id, unloaded ones included. */
  module(id: number): ModuleRecord | undefined {
    return this.#modules.get(id);
  }

  modules(): ModuleRecord[] {
    return this.#modules.values();
  }

  world(id: number): WorldRecord | undefined {
    return this.#worlds.get(id);
  }

  worlds(): WorldRecord[] {
    return this.#worlds.values();
  }

  stack(id: number): PlacedStack | undefined {
    return this.#stacks.get(id);
  }

  /** 1 is the main thread; the others are numbered as they appear. */
  thread(tid: number): number {
    let number = this.#threads.get(tid);
    if (number === undefined) {
      number = this.#threads.size + 1;
      this.#threads.set(tid, number);
    }
    return number;
  }
}

/** The module that an address lies in; of two that claim it, the one mapped later. */
export function moduleAt(modules: LoadedModules, address: number): ModuleRecord | undefined {
  return modules.at(address);
}

/** Of modules by address, how many begin at `address` or before it. */
function firstBehind(modules: readonly ModuleRecord[], address: number): number {
  let low = 0;
  let high = modules.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((modules[middle]?.start ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function overlap(one: ModuleRecord | undefined, other: ModuleRecord): boolean {
  return one !== undefined && one.start < other.end && other.start < one.end;
}
