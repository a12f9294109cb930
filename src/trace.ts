import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { callAddress, namedFrames, type PlacedAddress } from './evidence/frames.ts';
import { Symbolizer } from './evidence/symbolizer.ts';
import { inspectProgram } from './inspect/program.ts';
import { collect, worldOf } from './judge/collect.ts';
import { gapOfIgnored } from './judge/ignored.ts';
import { WorldNames } from './judge/world-names.ts';
import { Keeper } from './ledger/keeper.ts';
import { moduleAt, type ProcessState } from './ledger/process-state.ts';
import { readFolder } from './ledger/read.ts';
import { BadTrace, TraceFile } from './ledger/trace/events.ts';
import { TraceFlag } from './ledger/trace/format.ts';
import { tally } from './ledger/trace/tally.ts';
import type { Trace, TracedProcess } from './model/trace.ts';
import { planCell, type Standard } from './plan/cell.ts';
import { preloadable, tracingLibrary } from './plan/installation.ts';
import { runProcess } from './run/process.ts';
import { TreeUsers } from './run/tree-users.ts';
import type { Trusted } from './run/trusted-file.ts';

export interface TraceRequest {
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** An empty directory for the traces and ledgers; absolute. */
  directory: string;
  /** Bytes that one process's trace may have. */
  maxSize: number;
  timeoutMs?: number;
  descriptors?: number[];
  /** The program's standard input, output and error; absent: our own. */
  standard?: Standard;
}

/** Runs the program with the tracing library. Throws CannotStart, NotBuilt. */
export async function traceProgram(request: TraceRequest): Promise<Trace> {
  const { command, cwd, env, directory, maxSize, timeoutMs, descriptors, standard } = request;
  const facts = await inspectProgram(command[0] ?? '', cwd, env);
  const runtime = preloadable(directory, tracingLibrary());
  const cell = planCell({
    command,
    facts,
    cwd,
    env: { ...env, CROSSFREE_TRACE_LIMIT: String(maxSize) },
    ledgerDir: directory,
    runtime,
    onFinding: 'heal',
    errorExitcode: 99,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(descriptors && { descriptors }),
    ...(standard && { standard }),
  });
  const tree = new TreeUsers(directory);
  const keeper = new Keeper(directory, tree.users);
  const { outcome } = await runProcess(cell).finally(() => {
    keeper.stop();
    tree.stop();
  });
  const trace = await readTrace(directory, command, tree.users);
  return { ...trace, outcome };
}

/**
 * Reads one trace, or all of a directory; the ledgers lie beside them. Never throws for what a file holds.
 * `trusted`: whose files are read; `anyone` where a person named the place.
 */
export async function readTrace(path: string, command: string[], given: Trusted = 'anyone'): Promise<Trace> {
  const folder = statSync(path).isDirectory();
  const directory = folder ? path : dirname(path);
  const files = folder
    ? readdirSync(path)
        .filter((name) => name.endsWith('.trace'))
        .sort()
        .map((name) => join(path, name))
    : [realpathSync(path)];
  const { ledgers, ignored, trusted } = readFolder(directory, given);
  const collected = collect(ledgers);
  const names = new WorldNames(collected.processes.map(({ state }) => state));
  const symbolizer = new Symbolizer();
  const processes: TracedProcess[] = [];
  const problems: string[] = ignored.size > 0 ? [gapOfIgnored(ignored).reason] : [];
  try {
    for (const file of files) {
      try {
        processes.push(await readProcess(file, trusted, collected, names, symbolizer));
      } catch (error) {
        if (!(error instanceof BadTrace)) throw error;
        problems.push(error.message);
      }
    }
  } finally {
    symbolizer.close();
  }
  return { schema: 'crossfree/trace@1', command, processes, problems };
}

async function readProcess(
  path: string,
  trusted: Trusted,
  collected: ReturnType<typeof collect>,
  names: WorldNames,
  symbolizer: Symbolizer,
): Promise<TracedProcess> {
  const file = new TraceFile(path, trusted);
  try {
    const { header } = file;
    const sums = tally(file.events());
    const found = collected.processes.find(
      ({ state, ledger }) => ledger.startedNs === header.ledger_ns && state.pid === header.pid,
    );
    const placed = sums.sites.map(({ site }) => framesOf(found?.state, site));
    const addresses = placed.flatMap((frames) => frames.flatMap((frame) => callAddress(frame) ?? []));
    const symbols = await symbolizer.lookUp(addresses);
    const ticks = header.latest_ticks - header.first_ticks;
    const nsPerTick = ticks > 1000 ? (header.latest_ns - header.first_ns) / ticks : 12;
    const why =
      header.flags & TraceFlag.limitReached
        ? 'the file reached its limit (--max-size)'
        : header.flags & TraceFlag.sandboxed
          ? 'the program shut itself into a sandbox'
          : 'the file could not grow, or more than 4,096 threads ran at one time';
    const lost = header.lost_births + header.lost_releases + header.lost_moves;
    return {
      pid: header.pid,
      command: found?.ledger.command ?? [],
      forked: (header.flags & TraceFlag.forked) !== 0,
      totals: {
        allocations: sums.allocations,
        bytes: sums.bytes,
        releases: sums.releases,
        reallocations: sums.reallocations,
        temporary: sums.temporary,
        unmatchedReleases: sums.unmatched,
        live: sums.live,
        liveBytes: sums.liveBytes,
        peakBytes: sums.peakBytes,
      },
      peakAtMs: Math.max(0, ((sums.peakAt - header.first_ticks) * nsPerTick) / 1e6),
      lifetimes: sums.lifetimes.map((blocks, bin) => ({ belowNs: Math.round(2 ** bin * nsPerTick), blocks })),
      timeline: { everyMs: (sums.stepTicks * nsPerTick) / 1e6, liveBytes: sums.timeline },
      sites: sums.sites
        .map((site, index) => ({
          world: names.name(found && worldOf(found.state, site.world)) ?? 'unknown',
          stack: namedFrames(placed[index] ?? [], symbols),
          probable: site.allocations > 1,
          allocations: site.allocations,
          bytes: site.bytes,
          temporary: site.temporary,
          live: site.live,
          liveBytes: site.liveBytes,
          peakBytes: site.atPeak,
        }))
        .sort((a, b) => b.bytes - a.bytes),
      ...(lost > 0 && {
        lost: {
          allocations: header.lost_births,
          bytes: header.lost_bytes,
          releases: header.lost_releases + header.lost_moves,
          why,
        },
      }),
    };
  } finally {
    file.close();
  }
}

function framesOf(state: ProcessState | undefined, site: number): PlacedAddress[] {
  const stack = state?.stack(site);
  return (stack?.record.frames ?? []).map((address) => {
    const module = stack && moduleAt(stack.modules, address - 1);
    return { address, ...(module && { module }) };
  });
}
