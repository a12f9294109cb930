import { FindingCodeNumber, ModuleFlag } from '../ledger/enums.ts';
import type { LoadedModules } from '../ledger/loaded-modules.ts';
import { moduleAt, type PlacedStack, type ProcessState } from '../ledger/process-state.ts';
import type {
  CauseRecord,
  ExecRecord,
  FindingRecord,
  GapRecord,
  Ledger,
  ModuleRecord,
  PairRecord,
  ProviderRecord,
  ReleaseBirthRecord,
  ReleaseRecord,
  WorldRecord,
} from '../ledger/records.ts';
import { replay } from '../ledger/replay.ts';
import { addToCrashes, type RawCrash } from './crash/raw.ts';

export interface WorldOf {
  record: WorldRecord;
  /** Absent for the process-wide worlds. */
  module?: ModuleRecord;
}

/** A return address and the module that it lay in when the stack was taken. */
export interface RawFrame {
  address: number;
  module?: ModuleRecord;
}

export interface RawEvent {
  thread: number;
  /** Index in the runtime's list of functions; 0: not known. */
  function: number;
  /** Innermost first. */
  frames: RawFrame[];
  truncated: boolean;
}

interface Common {
  pid: number;
  /** Position in the run: ledgers by age, records as they stand. */
  order: number;
  birthWorld?: WorldOf;
  releaseWorld?: WorldOf;
  birth?: RawEvent;
  death?: RawEvent;
  /** The modules mapped at that moment. */
  modules: LoadedModules;
}

export interface RawFinding extends Common {
  record: FindingRecord;
  /** CF011: wrong releases that reach into what is owned twice, the latest first. */
  causes: RawCause[];
  otherBirth?: RawEvent;
  /** CF003 static. */
  whereModule?: ModuleRecord;
}

export interface RawCause {
  record: CauseRecord;
  /** The finding that this release counts for. */
  finding: FindingRecord;
}

export interface RawPair extends Common {
  record: PairRecord;
}

export interface RawRelease {
  record: ReleaseRecord;
  world?: WorldOf;
  death?: RawEvent;
}

export interface RawReleaseBirth {
  record: ReleaseBirthRecord;
  world?: WorldOf;
  birth?: RawEvent;
}

export interface RawGap {
  record: GapRecord;
  ledger: Ledger;
  module?: ModuleRecord;
}

export interface RawProvider {
  pid: number;
  record: ProviderRecord;
  world: WorldOf;
  module?: ModuleRecord;
}

export interface RawExec {
  record: ExecRecord;
  ledger: Ledger;
  /** The process went on in this ledger: it is still the old program. */
  failed: boolean;
}

/** Everything that the ledgers of one run tell, each record in the light of its process at that moment. */
export interface Collected {
  findings: RawFinding[];
  pairs: RawPair[];
  releases: RawRelease[];
  releaseBirths: RawReleaseBirth[];
  gaps: RawGap[];
  providers: RawProvider[];
  execs: RawExec[];
  crashes: RawCrash[];
  /** What the C library said before it aborted, by process id. */
  messages: Map<number, string>;
  /** What forked processes gave to exit, by process id. */
  exits: Map<number, number>;
  forks: { pid: number; parent: number; ledger: Ledger }[];
  /** The last state of every process, with its ledger. */
  processes: { state: ProcessState; ledger: Ledger }[];
}

export function collect(ledgers: readonly Ledger[]): Collected {
  const found: Collected = {
    findings: [],
    pairs: [],
    releases: [],
    releaseBirths: [],
    gaps: [],
    providers: [],
    execs: [],
    crashes: [],
    messages: new Map(),
    exits: new Map(),
    forks: [],
    processes: [],
  };
  let order = 0;
  for (const ledger of ledgers) {
    const leaving = new Map<number, RawExec>();
    const overlaps = new Map<number, RawFinding | undefined>(); // the last of each thread
    const providers: { record: ProviderRecord; process: ProcessState }[] = [];
    const states = replay(ledger, (record, process) => {
      order++;
      const exec = leaving.get(record.pid);
      if (exec) {
        exec.failed = true;
        leaving.delete(record.pid);
      }
      switch (record.type) {
        case 'finding':
          found.findings.push(rawFinding(record, process, order));
          if (record.code === FindingCodeNumber.twoOwners) overlaps.set(record.tid, found.findings.at(-1));
          break;
        case 'cause': {
          const finding = process.findingOf(record.stack);
          if (finding) overlaps.get(record.tid)?.causes.push({ record, finding });
          break;
        }
        case 'pair':
          found.pairs.push({ record, ...common(record, process, order) });
          break;
        case 'release':
          found.releases.push(rawRelease(record, process));
          break;
        case 'releaseBirth':
          found.releaseBirths.push(rawReleaseBirth(record, process));
          break;
        case 'gap':
          found.gaps.push({ record, ledger, ...optional('module', process.module(record.module)) });
          break;
        case 'provider':
          providers.push({ record, process });
          break;
        case 'message':
          found.messages.set(record.pid, record.text);
          break;
        case 'fork':
          found.forks.push({ pid: record.pid, parent: record.parent_pid, ledger });
          break;
        case 'exit':
          found.exits.set(record.pid, record.code & 0xff);
          break;
        case 'exec': {
          const started = { record, ledger, failed: false };
          found.execs.push(started);
          leaving.set(record.pid, started);
          break;
        }
        default:
          addToCrashes(found.crashes, record, process);
      }
    });
    // only now: at the program's start a world is told of before the allocator's module
    for (const { record, process } of providers) {
      const world = worldOf(process, record.world);
      const module = process.module(record.module);
      if (world) found.providers.push({ pid: record.pid, record, world, ...optional('module', module) });
    }
    for (const state of states) found.processes.push({ state, ledger });
  }
  return found;
}

function rawFinding(record: FindingRecord, process: ProcessState, order: number): RawFinding {
  const other = process.stack(record.other_stack);
  const whereModule = process.module(record.where_module);
  return {
    record,
    causes: [],
    ...common(record, process, order),
    ...optional('otherBirth', other && event(other, process)),
    ...optional('whereModule', whereModule),
  };
}

function rawRelease(record: ReleaseRecord, process: ProcessState): RawRelease {
  const death = process.stack(record.stack);
  return {
    record,
    ...optional('world', worldOf(process, record.world)),
    ...optional('death', death && event(death, process)),
  };
}

function rawReleaseBirth(record: ReleaseBirthRecord, process: ProcessState): RawReleaseBirth {
  const birth = process.stack(record.birth_stack);
  return {
    record,
    ...optional('world', worldOf(process, record.world)),
    ...optional('birth', birth && event(birth, process)),
  };
}

function common(record: FindingRecord | PairRecord, process: ProcessState, order: number): Common {
  const birth = process.stack(record.birth_stack);
  const death = process.stack(record.death_stack);
  return {
    pid: record.pid,
    order,
    modules: process.live,
    ...optional('birthWorld', worldOf(process, record.birth_world)),
    ...optional('releaseWorld', worldOf(process, record.release_world)),
    ...optional('birth', birth && event(birth, process)),
    ...optional('death', death && { ...event(death, process), function: record.function }),
  };
}

export function worldOf(process: ProcessState, id: number): WorldOf | undefined {
  const record = process.world(id);
  return record && { record, ...optional('module', process.module(record.module)) };
}

export function event(stack: PlacedStack, process: ProcessState): RawEvent {
  return {
    thread: process.thread(stack.record.tid),
    function: stack.record.function,
    frames: stack.record.frames
      .map((address) => ({ address, ...optional('module', moduleAt(stack.modules, address - 1)) }))
      .filter((frame) => !frame.module || (frame.module.flags & ModuleFlag.runtime) === 0),
    truncated: stack.record.truncated !== 0,
  };
}

/** `{ [name]: value }`, or nothing where there is no value. */
export function optional<const Name extends string, T>(
  name: Name,
  value: T | undefined,
): { [K in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: T });
}
