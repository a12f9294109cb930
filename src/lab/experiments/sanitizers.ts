import { join } from 'node:path';
import { check, notMeasurable } from '../answer.ts';
import { runUnderAsan } from '../asan.ts';
import { capture } from '../capture.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { observe } from '../observe.ts';
import { medianOf } from '../statistics.ts';
import { runUnderValgrind } from '../valgrind.ts';

const FAULTS = ['overflow', 'use-after-free', 'double-free', 'mixed-free', 'race'] as const;
const TOOLS = ['Valgrind', 'AddressSanitizer', 'ThreadSanitizer', 'crossfree'] as const;
type Tool = (typeof TOOLS)[number];

/** What each tool is expected to see; the rest it passes over. */
const SEES: Record<Tool, readonly string[]> = {
  Valgrind: ['overflow', 'use-after-free', 'double-free', 'mixed-free'],
  AddressSanitizer: ['overflow', 'use-after-free', 'double-free', 'mixed-free'],
  ThreadSanitizer: ['use-after-free', 'race'],
  crossfree: ['double-free', 'mixed-free'],
};

const CLAIMS: Claim[] = [
  ...TOOLS.map((tool) => ({
    id: tool.toLowerCase(),
    source: 'crossfree' as const,
    claimed: [...SEES[tool]],
  })),
  { id: 'twins', source: 'crossfree', claimed: 'no tool says anything of a healthy twin' },
  { id: 'price', source: 'crossfree', claimed: 'crossfree costs less than any of the others' },
];

/** What one tool said of one act; empty when it said nothing. */
export interface Saying {
  tool: Tool;
  fault: (typeof FAULTS)[number];
  healthy: boolean;
  said: string[];
}

export interface Measurement {
  sayings: Saying[];
  /** Processor seconds of the same work, each run of it; `bare` without any tool. */
  prices: Record<string, number[]>;
}

export const experiment = measured<Measurement>({
  id: 'sanitizers',
  title: 'Five faults: which tool sees which, and at what price',
  needs: ['gcc'],
  uses: ['valgrind', 'libasan', 'libtsan'],
  claims: CLAIMS,
  measure,
  answersOf,
  pageOf,
});

async function measure(bench: Workbench): Promise<Measurement> {
  const source = join(bench.specimens, 'sanitizers.c');
  const build = (name: string, ...flags: string[]) =>
    compile(
      ['gcc', '-O1', '-g', '-pthread', '-Wl,--no-as-needed', '-lstdc++', ...flags],
      source,
      join(bench.directory, name),
    );
  const bare = await build('bare');
  const askers: Partial<Record<Tool, (args: [string, string]) => Promise<string[]>>> = {
    crossfree: async (args) =>
      (await observe([bare, ...args], bench.directory)).run.findings.map(({ code }) => code),
  };
  const workers: Record<string, [string, ...string[]]> = { bare: [bare] };
  if (!lacks(bench, 'valgrind')) {
    askers.Valgrind = async (args) =>
      (await runUnderValgrind(bare, bench.directory, args)).errors.map(({ kind }) => kind);
    workers.Valgrind = ['valgrind', '-q', bare];
  }
  if (!lacks(bench, 'libasan')) {
    const built = await build('asan', '-fsanitize=address');
    askers.AddressSanitizer = async (args) =>
      (await runUnderAsan(built, bench.directory, { args })).errors.map(({ kind }) => kind);
    workers.AddressSanitizer = [built];
  }
  if (!lacks(bench, 'libtsan')) {
    const built = await build('tsan', '-fsanitize=thread');
    askers.ThreadSanitizer = async (args) => {
      const { stderr } = await capture([built, ...args], { cwd: bench.directory });
      return [...stderr.matchAll(/^SUMMARY: ThreadSanitizer: (data race|\S+)/gm)].map(
        ([, kind = '']) => kind,
      );
    };
    workers.ThreadSanitizer = [built];
  }
  const sayings: Saying[] = [];
  for (const [tool, ask] of Object.entries(askers) as [
    Tool,
    (args: [string, string]) => Promise<string[]>,
  ][]) {
    for (const fault of FAULTS) {
      bench.progress(`${tool} on ${fault}`);
      for (const twin of ['fault', 'healthy'] as const)
        sayings.push({ tool, fault, healthy: twin === 'healthy', said: await ask([fault, twin]) });
    }
  }
  return { sayings, prices: await priceOf(bench, bare, workers) };
}

/** Seconds on the clock from start to end of the same work, in turns. */
async function priceOf(bench: Workbench, bare: string, workers: Record<string, [string, ...string[]]>) {
  const work = ['work', bench.quick ? '200000' : '1000000'];
  const prices: Record<string, number[]> = {};
  const time = async (name: string, run: () => Promise<unknown>) => {
    const started = process.hrtime.bigint();
    await run();
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    prices[name] = [...(prices[name] ?? []), seconds];
  };
  for (let turn = 0; turn < (bench.quick ? 1 : 5); turn++) {
    bench.progress(`the price, round ${turn + 1}`);
    for (const [name, command] of Object.entries(workers))
      await time(name, () =>
        capture([...command, ...work] as [string, ...string[]], { cwd: bench.directory }),
      );
    await time('crossfree', () => observe([bare, ...work], bench.directory));
  }
  return prices;
}

/** What was said, to each claim. */
export function answersOf({ sayings, prices }: Measurement): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (const tool of TOOLS) {
    const own = sayings.filter((saying) => saying.tool === tool && !saying.healthy);
    const seen = own.filter(({ said }) => said.length > 0).map(({ fault }) => fault);
    answers[tool.toLowerCase()] =
      own.length === 0
        ? notMeasurable('it is not installed')
        : check(seen.join() === SEES[tool].join(), [...seen], WHY[tool]);
  }
  const noise = sayings.filter(({ healthy, said }) => healthy && said.length > 0);
  answers.twins = check(
    sayings.length > 0 && noise.length === 0,
    noise.map(({ tool, fault, said }) => `${tool} of ${fault}: ${said.join(', ')}`),
    'each twin does the same without the fault',
  );
  const ratios = ratiosOf(prices);
  const own = ratios.crossfree;
  const others = Object.entries(ratios).filter(([name]) => name !== 'crossfree');
  answers.price =
    own === undefined || others.length === 0
      ? notMeasurable('there is nothing to compare with')
      : check(
          others.every(([, ratio]) => ratio > own),
          Object.entries(ratios).map(([name, ratio]) => `${name} ${ratio.toFixed(1)}x`),
          'medians of the same work in turns, on the clock from start to end, over the bare program; start-up and report are in it',
        );
  return answers;
}

const WHY: Record<Tool, string> = {
  Valgrind: 'it interprets the program and knows every byte; threads without a lock are for its helgrind',
  AddressSanitizer: 'it was compiled in, and knows every access; of threads it knows nothing',
  ThreadSanitizer: 'it knows who touched what and when; of heap errors only what looks like a race with free',
  crossfree: 'it watches who releases what, and no reads or writes',
};

function ratiosOf(prices: Measurement['prices']): Record<string, number> {
  const bare = medianOf(prices.bare ?? []);
  const others = Object.entries(prices).filter(([name]) => name !== 'bare');
  return Object.fromEntries(others.map(([name, seconds]) => [name, medianOf(seconds) / bare]));
}

function pageOf({ sayings, prices }: Measurement): PageBlock[] {
  const tools = TOOLS.filter((tool) => sayings.some((saying) => saying.tool === tool));
  const said = (tool: Tool, fault: string) =>
    sayings.find((each) => each.tool === tool && each.fault === fault && !each.healthy)?.said ?? [];
  const ratios = ratiosOf(prices);
  return [
    {
      kind: 'table',
      header: ['fault', ...tools],
      rows: [
        ...FAULTS.map((fault) => [
          fault,
          ...tools.map((tool) => [...new Set(said(tool, fault))].join(', ') || 'nothing'),
        ]),
        ['price', ...tools.map((tool) => (ratios[tool] ? `${ratios[tool].toFixed(1)}x` : '-'))],
      ],
    },
  ];
}
