import type { ModuleRecord } from './records.ts';

/** What happened since the whole list was last written out, the latest first. */
interface Change {
  loaded?: ModuleRecord;
  gone?: number;
  before: Change | undefined;
}

/** Fewer changes than this are not worth a list of their own. */
const FEW = 64;

/**
 * The modules that are mapped at one moment. Never changed: whoever keeps it has a picture of that moment. It
 * shares what it holds with the moments before, so that a program may open and close libraries without end.
 */
export class LoadedModules {
  readonly #all: readonly ModuleRecord[];
  readonly #changes: Change | undefined;
  readonly #count: number;

  constructor(all: readonly ModuleRecord[] = [], changes?: Change, count = 0) {
    this.#all = all;
    this.#changes = changes;
    this.#count = count;
  }

  with(loaded: ModuleRecord): LoadedModules {
    return this.#changed({ loaded, before: this.#changes });
  }

  without(gone: number): LoadedModules {
    return this.#changed({ gone, before: this.#changes });
  }

  /** All of them, in the order in which they were mapped. */
  list(): ModuleRecord[] {
    const changes: Change[] = [];
    for (let change = this.#changes; change; change = change.before) changes.push(change);
    const list: (ModuleRecord | undefined)[] = [...this.#all];
    const places = new Map<number, number[]>();
    const place = (module: ModuleRecord, index: number) => {
      const same = places.get(module.id);
      if (same) same.push(index);
      else places.set(module.id, [index]);
    };
    this.#all.forEach(place);
    for (const { loaded, gone } of changes.reverse()) {
      if (loaded) place(loaded, list.push(loaded) - 1);
      if (gone === undefined) continue;
      for (const index of places.get(gone) ?? []) list[index] = undefined;
      places.delete(gone);
    }
    return list.filter((module) => module !== undefined);
  }

  /** The module that an address lies in; of two that claim it, the one mapped later. */
  at(address: number): ModuleRecord | undefined {
    const gone = new Set<number>();
    for (let change = this.#changes; change; change = change.before) {
      if (change.gone !== undefined) gone.add(change.gone);
      const { loaded } = change;
      if (loaded && covers(loaded, address) && !gone.has(loaded.id)) return loaded;
    }
    return this.#all.findLast((module) => covers(module, address) && !gone.has(module.id));
  }

  /** Written out again when the changes are many beside what is there: on the whole that costs a few steps for each. */
  #changed(change: Change): LoadedModules {
    const next = new LoadedModules(this.#all, change, this.#count + 1);
    return next.#count > FEW && next.#count > this.#all.length / 4 ? new LoadedModules(next.list()) : next;
  }
}

function covers({ start, end }: ModuleRecord, address: number): boolean {
  return address >= start && address < end;
}
