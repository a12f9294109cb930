import { join } from 'node:path';
import type { Outcome, Run } from '../../model/index.ts';
import { check, compare, notMeasurable } from '../answer.ts';
import { capture } from '../capture.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { observe } from '../observe.ts';
import { outcomeText } from '../outcome-text.ts';

/** How each ending is to be told: by outcome and verdict. */
const ENDINGS = {
  'mixed-free': 'exit 0, latent',
  failure: 'exit 3, clean',
  'null-write': 'SIGSEGV, crashed',
  abort: 'SIGABRT, crashed',
  'past-the-file': 'SIGBUS, crashed',
  'illegal-instruction': 'SIGILL, crashed',
  'division-by-zero': 'SIGFPE, crashed',
  kill: 'SIGKILL, killed',
  'out-of-memory': 'SIGABRT, crashed',
  'stack-overflow': 'SIGSEGV, crashed',
  hang: 'time-out, hung',
} as const;

type Ending = keyof typeof ENDINGS;

const NAMES = Object.keys(ENDINGS) as Ending[];
/** Milliseconds until a hang is called one. */
const PATIENCE = 1500;

const CLAIMS = [
  { id: 'zero-is-dangerous', source: 'A', claimed: '0 after a mixed free is the dangerous result' },
  { id: 'segv', source: 'A', claimed: [139, -11] },
  { id: 'abrt', source: 'A', claimed: [134, -6] },
  { id: 'told-apart', source: 'crossfree', claimed: NAMES.map((name) => `${name}: ${ENDINGS[name]}`) },
  { id: 'output-kept', source: 'crossfree', claimed: true },
] as const satisfies Claim[];

/** What one ending looks like to whoever started the program. */
export interface Sighting {
  ending: Ending;
  /** `$?` of a shell; absent for a hang. */
  shell?: number;
  /** `returncode` of Python's subprocess; absent without Python, and for a hang. */
  python?: number;
  stdout: string;
  run: Run;
}

export const experiment = measured({
  id: 'exit-codes',
  title: 'What an exit tells, and what it does not',
  needs: ['g++'],
  uses: ['python3'],
  claims: CLAIMS,
  async measure(bench) {
    const source = join(bench.specimens, 'endings.cpp');
    const program = await compile(['g++', '-O1', '-g'], source, join(bench.directory, 'endings'));
    const data: Sighting[] = [];
    for (const ending of NAMES) data.push(await look(bench, program, ending));
    return data;
  },
  answersOf,
  pageOf,
});

const PYTHON =
  'import subprocess, sys; print(subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode)';

async function look(bench: Workbench, program: string, ending: Ending): Promise<Sighting> {
  bench.progress(`endings ${ending}`);
  const hangs = ending === 'hang';
  const { run, stdout } = await observe([program, ending], bench.directory, {
    ...(hangs && { timeoutMs: PATIENCE }),
  });
  const sighting: Sighting = { ending, stdout, run };
  if (hangs) return sighting;
  const status = async (command: [string, ...string[]]) =>
    Number((await capture(command, { cwd: bench.directory })).stdout.trim());
  sighting.shell = await status(['sh', '-c', '"$@" > /dev/null; echo $?', 'sh', program, ending]);
  if (!lacks(bench, 'python3')) sighting.python = await status(['python3', '-c', PYTHON, program, ending]);
  return sighting;
}

/** What the sightings say to each claim. */
export function answersOf(sightings: Sighting[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const of = (name: Ending) => sightings.find(({ ending }) => ending === name);
  const mixed = of('mixed-free');
  const codes = mixed?.run.findings.map(({ code }) => code) ?? [];
  return {
    'zero-is-dangerous': check(
      mixed?.shell === 0 && codes.length > 0,
      [`exit ${mixed?.shell}`, ...codes],
      'new and free share glibc, so the wrong release works, the program goes on, and its exit says nothing',
    ),
    segv: statuses(of('null-write'), [139, -11]),
    abrt: statuses(of('abort'), [134, -6]),
    'told-apart': compare(
      sightings.map(({ ending, run }) => `${ending}: ${told(run)}`),
      NAMES.map((name) => `${name}: ${ENDINGS[name]}`),
      'a shell adds 128 to the number of the signal, so to it 134 may also be an ordinary exit status',
    ),
    'output-kept': compare(
      sightings.every(({ ending, stdout }) => stdout === `about to: ${ending}\n`),
      true,
      'what the program wrote before its end reaches whoever reads its output, however it ends',
    ),
  };
}

function statuses(sighting: Sighting | undefined, expected: [number, number]): Answer {
  const { shell, python } = sighting ?? {};
  if (shell === undefined || python === undefined) {
    return notMeasurable('the second figure is what Python says, and there is no python3');
  }
  return compare(
    [shell, python],
    expected,
    'a shell says 128 plus the number of the signal, Python and others say minus the number',
  );
}

function told({ outcome, verdict }: Run): string {
  return `${endingText(outcome)}, ${verdict}`;
}

function endingText(outcome: Outcome): string {
  return outcome.kind === 'timeout' ? 'time-out' : outcomeText(outcome);
}

/** The page that a person reads. */
export function pageOf(sightings: Sighting[]): PageBlock[] {
  return [
    { kind: 'text', text: 'One program that ends in each of these ways, and what is told of its end.' },
    {
      kind: 'table',
      header: ['ending', 'shell', 'Python', 'what happened', 'crossfree'],
      rows: sightings.map(({ ending, shell, python, run }) => [
        ending,
        String(shell ?? '-'),
        String(python ?? '-'),
        endingText(run.outcome),
        [run.verdict.toUpperCase(), ...run.findings.map(({ code }) => code)].join(' '),
      ]),
    },
  ];
}
