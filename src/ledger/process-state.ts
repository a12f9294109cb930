import { InheritedMap } from './inherited-map.ts';
import type { FindingRecord, ModuleRecord, StackRecord, WorldRecord } from './records.ts';

export interface PlacedStack {
  record: StackRecord;
  /** The modules that were mapped when the stack was taken. */
  modules: readonly ModuleRecord[];
}

/** What is mapped and known in one process at one point of its ledger. */
export class ProcessState {
  readonly pid: number;
  readonly parent: number | undefined;
  /** By address, none over another; copied where somebody has the picture of it. */
  #live: ModuleRecord[] = [];
  #pictured = false;
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
    this.#live = parent.#live;
    this.#pictured = parent.#pictured = true;
    this.#modules = parent.#modules.fork();
    this.#worlds = parent.#worlds.fork();
    this.#stacks = parent.#stacks.fork();
    this.#findings = parent.#findings.fork();
  }

  /** The modules that are there, by address: whoever keeps this has a picture of that moment. */
  get live(): readonly ModuleRecord[] {
    this.#pictured = true;
    return this.#live;
  }

  /** It takes the place of what was there: not every going is told. */
  load(module: ModuleRecord): void {
    this.unload(module.id);
    this.#modules.set(module.id, module);
    const live = this.#changing();
    let from = firstBehind(live, module.start);
    let to = from;
    while (overlap(live[from - 1], module)) from--;
    while (overlap(live[to], module)) to++;
    live.splice(from, to - from, module);
  }

  /** One that was there before, where it was. */
  reload(id: number): void {
    const module = this.#modules.get(id);
    if (module) this.load(module);
  }

  unload(id: number): void {
    const module = this.#modules.get(id);
    if (!module) return;
    const live = this.#changing();
    for (let at = firstBehind(live, module.start) - 1; live[at]?.start === module.start; at--) {
      if (live[at] === module) live.splice(at, 1);
    }
  }

  #changing(): ModuleRecord[] {
    if (this.#pictured) this.#live = [...this.#live];
    this.#pictured = false;
    return this.#live;
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

/** The module that an address lies in, of modules by address. */
export function moduleAt(modules: readonly ModuleRecord[], address: number): ModuleRecord | undefined {
  const module = modules[firstBehind(modules, address) - 1];
  return module && address < module.end ? module : undefined;
}
