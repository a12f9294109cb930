import type { Symbolizer } from '../evidence/symbolizer.ts';
import type { ProgramFacts } from '../inspect/program.ts';
import type { Ledger } from '../ledger/records.ts';
import type {
  Arrangement,
  Corruption,
  Finding,
  Gap,
  HeapAccount,
  OnFinding,
  Outcome,
  Run,
  World,
} from '../model/index.ts';
import { allocationsOf } from './allocations.ts';
import { arrangementOf } from './arrangement.ts';
import { dissolvedSide } from './call-sites/c-sides.ts';
import { type Collected, collect } from './collect.ts';
import { coverageOf, gapsOf, type SiteReport } from './coverage.ts';
import { crashesOf } from './crash/crashes.ts';
import { type Draft, draft } from './draft.ts';
import { type RuntimeFunction, runtimeFunctions } from './functions.ts';
import { mergeDrafts } from './merge.ts';
import { processesOf } from './processes.ts';
import type { Suppression } from './suppressions.ts';
import { verdictOf } from './verdict.ts';
import { withSymbolizer } from './with-symbolizer.ts';
import { WorldNames } from './world-names.ts';

export interface JudgeInput {
  command: string[];
  facts: ProgramFacts;
  /** How the first process ended. */
  outcome: Outcome;
  rootPid: number;
  /** The end of what it wrote to its standard error. */
  lastWords?: string;
  ledgers: Ledger[];
  /** Files of the run's folder that were not read, by the reason. */
  ignored?: ReadonlyMap<string, number>;
  /** What a look at the heaps from outside proved. */
  corruption?: Corruption[];
  /** Why the heaps of processes could not be read from outside. */
  unreadHeaps?: string[];
  /** The heaps of processes at their fatal signal, by process id. */
  heaps?: ReadonlyMap<number, HeapAccount>;
  suppressions?: Suppression[];
  onFinding: OnFinding;
  /** The arrangement that was asked for. */
  wanted?: Readonly<Record<string, string>>;
  /** Whether release sites were recorded, and the ids of those whose stacks are to have names. */
  releases?: { named: readonly string[] };
  /** Finds names; absent: one for this run alone. */
  symbolizer?: Symbolizer;
  /** What the indices of functions in the ledgers mean; read from the runtime's description by default. */
  functions?: RuntimeFunction[];
}

/** From what the observed processes left behind to what is said of the run. */
export async function judge(input: JudgeInput): Promise<Run> {
  const { command, facts, rootPid, ledgers, corruption = [] } = input;
  const collected = collect(ledgers);
  const states = collected.processes.map(({ state }) => state);
  const names = new WorldNames(states);
  const told = withMessage(input.outcome, collected.messages.get(rootPid));
  const outcome = input.lastWords ? await withLastWords(told, input.lastWords) : told;
  const processes = processesOf(collected, ledgers, { pid: rootPid, command, outcome });
  const arrangement = arrangementOf(collected, names, rootPid);
  const judged = await findingsOf(input, collected, names, arrangement, processes.length > 1);
  const { kept: findings, suppressed } = await afterSuppressions(judged.findings, input.suppressions);
  const unobserved = !ledgers.some(
    (ledger) => ledger.ready && !(ledger.unobserved && ledger.allocations.size === 0),
  );
  const gaps = unobserved && facts.obstacle ? [] : gapsOf(collected, ledgers, judged.sites);
  if (collected.execs.length > 0) {
    const { unseenPrograms } = await import('./unseen-programs.ts');
    gaps.push(...(await unseenPrograms(collected, ledgers)));
  }
  const releaseSites =
    input.releases &&
    (await (
      await import('./releases.ts')
    ).releaseSitesOf(collected, names, {
      ...input.releases,
      symbolizer: input.symbolizer,
      functions: input.functions,
    }));
  if (input.ignored?.size) gaps.push((await import('./ignored.ts')).gapOfIgnored(input.ignored));
  if (input.wanted) gaps.push(...unmet(input.wanted, arrangement));
  gaps.push(...(input.unreadHeaps ?? []).map(unreadHeap));
  if (facts.obstacle) gaps.unshift(facts.obstacle);
  const crashes = await crashesOf(collected.crashes, processes, names, input);
  return {
    schema: 'crossfree/run@1',
    command,
    arrangement,
    outcome,
    verdict: verdictOf({
      outcome,
      findings,
      corrupted: corruption.length > 0,
      unobserved,
      stopped: ledgers.some((ledger) => ledger.stopped),
    }),
    coverage: coverageOf(unobserved, gaps),
    findings,
    ...(corruption.length > 0 && { corruption }),
    ...(crashes.length > 0 && { crashes }),
    processes,
    observed: {
      allocations: allocationsOf(collected, names),
      gaps,
      unknownReleases: ledgers.reduce((sum, ledger) => sum + ledger.unknownReleases, 0),
      ...(Object.keys(judged.sites.undetermined).length > 0 && {
        undeterminedSites: judged.sites.undetermined,
      }),
    },
    ...(releaseSites && { releaseSites }),
    ...(suppressed && { suppressed }),
  };
}

function unreadHeap(why: string): Gap {
  return {
    reason: `a heap could not be read at a process's end, so nothing is said of silent damage: ${why}`,
    remedy: 'use a version of crossfree that knows this glibc',
  };
}

/** Worlds of the wanted arrangement that the program does not have. */
function unmet(wanted: Readonly<Record<string, string>>, inForce: Arrangement): Gap[] {
  const worlds = Object.keys(inForce);
  const has = (world: string) =>
    worlds.includes(world) || (world.startsWith('rust') && worlds.some((one) => /^rust(@|$)/.test(one)));
  return Object.keys(wanted)
    .filter((world) => /^rust/.test(world) && !has(world))
    .map((world) => ({
      reason: `no part of the program has a world ${world}: nothing was moved`,
      remedy: 'leave it out of the arrangement',
    }));
}

function withMessage(outcome: Outcome, message: string | undefined): Outcome {
  if (outcome.kind !== 'signal' || message === undefined || outcome.message !== undefined) return outcome;
  return { ...outcome, message };
}

/** Most allocators only print why they abort; what a program printed counts where its end agrees. */
async function withLastWords(outcome: Outcome, lastWords: string): Promise<Outcome> {
  if (outcome.kind !== 'signal' || outcome.message !== undefined) return outcome;
  const { redFlags } = await import('../evidence/red-flags/red-flags.ts');
  const said = redFlags(lastWords).findLast(
    ({ rule }) => rule.check && (rule.signal ?? 'SIGABRT') === outcome.signal,
  );
  return said ? { ...outcome, message: said.said } : outcome;
}

/** What costs time, symbols above all, is done only where there is something to tell. */
async function findingsOf(
  input: JudgeInput,
  collected: Collected,
  names: WorldNames,
  arrangement: Arrangement,
  several: boolean,
): Promise<{ findings: Finding[]; sites: SiteReport }> {
  const nothing: SiteReport = { undetermined: {}, withDebugInfo: new Set() };
  if (collected.findings.length === 0 && collected.pairs.length === 0)
    return { findings: [], sites: nothing };
  const [{ addressesOf, finish }, { orderCalls }] = await Promise.all([
    import('./finding.ts'),
    import('../evidence/call-order.ts'),
  ]);
  const functions = input.functions ?? runtimeFunctions();
  return withSymbolizer(input.symbolizer, async (symbolizer) => {
    let { findings } = collected;
    let sites = nothing;
    const drafts: Draft[] = [];
    if (collected.pairs.length > 0 || findings.some(dissolvedSide)) {
      const { judgeSites } = await import('./call-sites/judge-sites.ts');
      const allocatorOf = (world: World) => arrangement[world];
      const told = await judgeSites(findings, collected.pairs, { symbolizer, functions, names, allocatorOf });
      ({ findings, sites } = told);
      drafts.push(...told.drafts);
    }
    drafts.push(...findings.flatMap((raw) => draft(raw, names) ?? []));
    if (input.releases) (await import('./releases.ts')).tagReleaseSites(drafts, collected.releases);
    const merged = mergeDrafts(drafts);
    const addresses = addressesOf(merged);
    const order = await orderCalls(addresses, symbolizer);
    const symbols = await symbolizer.lookUp(addresses);
    return { findings: merged.map((one) => finish(one, merged, symbols, functions, several, order)), sites };
  });
}

async function afterSuppressions(
  findings: Finding[],
  suppressions: Suppression[] | undefined,
): Promise<{ kept: Finding[]; suppressed?: NonNullable<Run['suppressed']> }> {
  if (!suppressions) return { kept: findings };
  const { suppress } = await import('./suppressions.ts');
  return suppress(findings, suppressions);
}
