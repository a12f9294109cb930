import { ModuleFlag } from '../ledger/enums.ts';
import { LEDGER_WORLDS } from '../ledger/layout.ts';
import type { Ledger } from '../ledger/records.ts';
import type { Coverage, Gap } from '../model/index.ts';
import type { Collected } from './collect.ts';
import { explainGap } from './gap-text.ts';

/** The world of blocks that match every other. */
const ANY_WORLD = LEDGER_WORLDS - 1;

/** What was learnt of the call sites of modules with dissolved shims. */
export interface SiteReport {
  /** Call sites that could not be told apart, by module path. */
  undetermined: Record<string, number>;
  /** Modules whose debug info was found. */
  withDebugInfo: Set<string>;
}

/** Everything that could not be seen, each once, with what mends it. */
export function gapsOf(collected: Collected, ledgers: readonly Ledger[], sites: SiteReport): Gap[] {
  const gaps = collected.gaps.map(({ record, module, ledger }) => {
    const path = module?.path;
    return explainGap(record.reason, {
      ...(path !== undefined && { module: path }),
      detail: record.detail,
      noDecoder: ledger.noDecoder,
      guessed: ((module?.flags ?? 0) & ModuleFlag.shimsGuessed) !== 0,
      debugInfo: path !== undefined && sites.withDebugInfo.has(path),
      undetermined: path === undefined ? 0 : (sites.undetermined[path] ?? 0),
    });
  });
  return unique([...gaps, ...ownOperators(gaps, sites), ...ledgers.flatMap(lossesOf)]);
}

/** Modules that the runtime has no gap for: their own operator new and delete were inlined here and there. */
function ownOperators(gaps: readonly Gap[], { undetermined }: SiteReport): Gap[] {
  return Object.entries(undetermined)
    .filter(([module]) => !gaps.some((gap) => gap.module === module))
    .map(([module, count]) => ({
      module,
      reason: `${count} call site${count === 1 ? '' : 's'} of malloc and free may be its own operators, inlined`,
      remedy: 'build it with `-g -fno-inline`',
    }));
}

/** Blocks whose call of malloc was a jump: whoever made it left no return address of its own. */
function fromTailCalls({ allocations }: Ledger): number {
  return [...allocations.values()].reduce((sum, counts) => sum + (counts[ANY_WORLD] ?? 0), 0);
}

function lossesOf(ledger: Ledger): Gap[] {
  const program = ledger.command[0];
  const about = program === undefined ? {} : { module: program };
  const gaps: Gap[] = [];
  const lost = ledger.dropped + ledger.cutOff;
  if (ledger.problem !== undefined) {
    gaps.push({
      ...about,
      reason: `its ledger could not be read: ${ledger.problem}`,
      remedy: 'run it again',
    });
  } else if (!ledger.ready) {
    gaps.push({
      ...about,
      reason: 'it ended before the runtime had started',
      remedy: 'run it again; `crossfree doctor` tests whether this machine can observe at all',
    });
  }
  if (ledger.dropped > 0) {
    gaps.push({
      ...about,
      reason: `${lost} record${lost === 1 ? '' : 's'} found no room in the ledger`,
      remedy:
        'free some space where TMPDIR points, or set TMPDIR to a larger disk; a ledger of 64 MiB is full: then observe a shorter part of the work',
    });
  } else if (ledger.cutOff > 0) {
    gaps.push({
      ...about,
      reason: 'it was ended while the runtime was writing a record',
      remedy: 'let the program end by itself, or run it again',
    });
  }
  if (ledger.untracked > 0) {
    gaps.push({
      ...about,
      reason: `${ledger.untracked} block${ledger.untracked === 1 ? '' : 's'} found no room in the record of blocks`,
      remedy: 'raise the memory limits of the observed run (`ulimit -v unlimited`)',
    });
  }
  const jumps = ledger.worldsFull ? 0 : fromTailCalls(ledger);
  if (jumps > 0) {
    gaps.push({
      ...about,
      reason: `${jumps} block${jumps === 1 ? '' : 's'} came from calls whose maker is not known; they match any world`,
      remedy: 'build the module that calls malloc with `-fno-optimize-sibling-calls`',
    });
  }
  if (ledger.sitesFull) {
    gaps.push({
      ...about,
      reason: 'more call sites than can be kept: later blocks have no birth stack',
      remedy: 'observe a shorter part of the work',
    });
  }
  return gaps;
}

function unique(gaps: Gap[]): Gap[] {
  const seen = new Map<string, Gap>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.module, gap.reason]);
    if (!seen.has(key)) seen.set(key, gap);
  }
  return [...seen.values()];
}

export function coverageOf(unobserved: boolean, gaps: readonly Gap[]): Coverage {
  if (unobserved) return 'none';
  return gaps.length > 0 ? 'partial' : 'full';
}
