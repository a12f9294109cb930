import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { Launcher } from '../src/run/launcher/launcher.ts';
import { runIsolated } from '../src/run/launcher/run-cell.ts';
import { Builder } from './build.ts';
import { median, medianRatio, seededRandom, shuffled } from './statistics.ts';

const PROGRAM = '/bin/true';
const ROUNDS = 15;
/** Starts in a row; long enough that a scheduler's tick is no part of the figure. */
const STARTS = 200;

/** One way of starting a program, waiting for it and reading how it ended. */
interface Way {
  name: string;
  about: string;
  /** Seconds that `count` starts took. */
  run(count: number): Promise<number>;
}

/**
 * Starts in a second: through the launcher, beside the floor, Node's child_process and a shell with
 * `timeout`, one after the other in random order, all on the same program.
 * @param root the folder of package.json
 * @returns the exit status: 1 when a target is missed
 */
export async function main(root: string, args: string[]): Promise<number> {
  if (args.length > 0) {
    process.stderr.write(`bench:isolation: expected no argument, but got \`${args[0]}\`\n`);
    return 2;
  }
  const target = join(root, 'build/bench');
  const loop = new Builder(join(root, 'bench'), target).compile('isolation/spawn_loop.c', 'spawn_loop');
  const launchers = cpus().map(() => new Launcher(join(root, 'dist/runtime/crossfree-launch')));
  const [first] = launchers as [Launcher];
  const ways: Way[] = [
    {
      name: 'floor',
      about: 'a C loop of posix_spawn and waitpid',
      run: async (count) => Number(execFileSync(loop, [String(count), PROGRAM], { encoding: 'utf8' })),
    },
    {
      name: 'launcher',
      about: 'crossfree’s, with limits and output kept, one at a time',
      run: through([first]),
    },
    {
      name: `launcher ×${launchers.length}`,
      about: 'the same on every core, as `matrix` uses it',
      run: through(launchers),
    },
    { name: 'child_process', about: 'Node’s spawn with output as pipes, one at a time', run: childProcess },
    {
      name: 'shell',
      about: 'a loop of dash with `timeout`',
      run: timed(async (count) => {
        execFileSync('/bin/sh', [
          '-c',
          `i=0; while [ $i -lt ${count} ]; do timeout 10 ${PROGRAM} || exit 1; i=$((i+1)); done`,
        ]);
      }),
    },
  ];
  const random = seededRandom(1);
  const rates = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const way of shuffled(ways, random)) {
      const seconds = await way.run(STARTS);
      if (round >= 0) rates.get(way.name)?.push(STARTS / seconds); // the first round fills caches
    }
  }
  for (const launcher of launchers) launcher.close();
  const of = (name: string) => rates.get(name) ?? [];
  const ratio = (name: string, to: string) =>
    medianRatio(
      of(name).map((rate, round) => rate / (of(to)[round] as number)),
      random,
    );
  const targets = [
    { text: 'launcher to floor', limit: 0.6, ...ratio('launcher', 'floor') },
    { text: 'launcher to child_process', limit: 2, ...ratio('launcher', 'child_process') },
  ].map((each) => ({ ...each, verdict: each.value >= each.limit ? 'met' : 'missed' }));
  const result = {
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Linux ${release()}`,
    program: PROGRAM,
    rounds: ROUNDS,
    starts: STARTS,
    rates: Object.fromEntries(rates),
    targets,
  };
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'isolation.json'), `${JSON.stringify(result, undefined, 1)}\n`);
  const lines = ways.map(({ name, about }) => {
    const all = of(name);
    const [low, middle, high] = [Math.min(...all), median(all), Math.max(...all)].map((rate) =>
      rate.toFixed(0),
    );
    return `| ${name} | ${middle} | ${low}–${high} | ${about} |`;
  });
  const verdicts = targets.map(
    ({ text, limit, value, low, high, verdict }) =>
      `${text}: ${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}], wanted ≥ ${limit}: ${verdict}`,
  );
  process.stdout.write(
    `${result.machine}. Starts of ${PROGRAM} in a second, median of ${ROUNDS} rounds in alternation, and their range.\n\n` +
      `| way | rate | range | |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n\n${verdicts.join('\n')}\n`,
  );
  return targets.every(({ verdict }) => verdict === 'met') ? 0 : 1;
}

function timed(act: (count: number) => Promise<void>): (count: number) => Promise<number> {
  return async (count) => {
    const from = performance.now();
    await act(count);
    return (performance.now() - from) / 1000;
  };
}

/** As a cell of the matrix runs, short of observing it. */
function through(launchers: readonly Launcher[]) {
  const cell = {
    command: [PROGRAM],
    executable: PROGRAM,
    cwd: '/',
    env: process.env,
    ledgerDir: '/tmp',
    timeoutMs: 10_000,
  };
  return timed(async (count) => {
    let left = count;
    await Promise.all(
      launchers.map(async (launcher) => {
        while (left-- > 0) {
          const { outcome } = await runIsolated(launcher, cell, { limits: { memory: 2 ** 30 } });
          if (outcome.kind !== 'exit' || outcome.code !== 0) throw new Error(`${PROGRAM} failed`);
        }
      }),
    );
  });
}

const childProcess = timed(async (count) => {
  for (let left = count; left > 0; left--) {
    await new Promise<void>((done, failed) => {
      const child = spawn(PROGRAM, [], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 });
      child.stdout.resume();
      child.stderr.resume();
      child.on('error', failed);
      child.on('close', (code) => (code === 0 ? done() : failed(new Error(`${PROGRAM} failed`))));
    });
  }
});
