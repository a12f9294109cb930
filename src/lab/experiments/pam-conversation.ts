import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../answer.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { type Observed, observe } from '../observe.ts';
import { outcomeText } from '../outcome-text.ts';

const CLAIMS = [
  { id: 'rust-responses', source: 'C', claimed: 'responses that Rust allocated are freed by libpam: wrong' },
  { id: 'libc-responses', source: 'C', claimed: 'responses that libc allocated: right' },
  {
    id: 'own-allocator',
    source: 'crossfree',
    claimed: 'what passes on glibc is ended by SIGABRT when Rust has an allocator of its own',
  },
] as const satisfies Claim[];

/** One conversation: on which allocator Rust is, who allocated the answer, and what came of it. */
export interface Conversation {
  rust: 'glibc' | 'own';
  responses: 'rust' | 'libc';
  observed: Observed;
}

export const experiment = measured<Conversation[]>({
  id: 'pam-conversation',
  title: 'A Rust client answers libpam, which frees the answer',
  needs: ['rustc', 'libpam'],
  uses: [],
  claims: CLAIMS,
  measure,
  answersOf,
  pageOf,
});

async function measure(bench: Workbench): Promise<Conversation[]> {
  // a service of our own in a directory of our own: nothing of the machine's is touched or asked
  const services = join(bench.directory, 'services');
  await mkdir(services);
  await writeFile(join(services, 'crossfree-lab'), 'auth required pam_ftp.so\n');
  const conversations: Conversation[] = [];
  for (const rust of ['glibc', 'own'] as const) {
    const flags = ['--edition', '2021', '-O', '-g', ...(rust === 'own' ? ['--cfg', 'own'] : [])];
    const source = join(bench.specimens, 'pam-conversation.rs');
    const program = await compile(['rustc', ...flags], source, join(bench.directory, `pam-${rust}`));
    for (const responses of ['rust', 'libc'] as const) {
      bench.progress(`responses by ${responses}, Rust on ${rust}`);
      const observed = await observe([program, services, responses], bench.directory);
      conversations.push({ rust, responses, observed });
    }
  }
  return conversations;
}

/** What became of it, the findings with the function that released. */
function told({ observed: { run, stdout, stderr } }: Conversation): string[] {
  const findings = run.findings.map(
    ({ code, death }) => `${code} in ${death?.stack.find((frame) => frame.function)?.function ?? 'unknown'}`,
  );
  const words = (stdout || stderr).trim().split('\n')[0] ?? '';
  return [outcomeText(run.outcome), words, ...findings];
}

/** What the conversations say to each claim. */
export function answersOf(conversations: Conversation[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const of = (rust: Conversation['rust'], responses: Conversation['responses']) =>
    conversations.filter((each) => each.rust === rust && each.responses === responses);
  const wrong = of('glibc', 'rust');
  const right = [...of('glibc', 'libc'), ...of('own', 'libc')];
  const own = of('own', 'rust');
  return {
    'rust-responses': check(
      wrong.some(({ observed: { run } }) =>
        run.findings.some(
          ({ code, worlds }) => code === 'CF001' && worlds.allocated === 'rust' && worlds.released === 'c',
        ),
      ),
      wrong.flatMap(told),
      'the array and its text come from Rust; on glibc nobody notices, and the login succeeds',
    ),
    'libc-responses': check(
      right.length > 0 && right.every(({ observed: { run } }) => run.verdict === 'clean'),
      right.flatMap(told),
      'calloc and strdup pair with the free of libpam, whatever Rust is on',
    ),
    'own-allocator': check(
      own.length > 0 &&
        own.every(
          ({ observed: { run } }) => run.outcome.kind === 'signal' && run.outcome.signal === 'SIGABRT',
        ),
      own.flatMap(told),
      "the same source: C's free now gets memory that C never handed out",
    ),
  };
}

function pageOf(conversations: Conversation[]): PageBlock[] {
  const [shown] = conversations;
  return [
    {
      kind: 'table',
      header: ['Rust on', 'responses by', 'outcome', 'the program, or its allocator, says', 'crossfree'],
      rows: conversations.map(({ rust, responses, observed: { run, stdout, stderr } }) => [
        rust === 'own' ? 'an arena of its own' : rust,
        responses,
        outcomeText(run.outcome),
        (stdout || stderr).trim().split('\n')[0] ?? '',
        [run.verdict.toUpperCase(), ...run.findings.map(({ code }) => code)].join(' '),
      ]),
    },
    ...(shown
      ? [{ kind: 'report' as const, title: 'The report on responses by Rust', run: shown.observed.run }]
      : []),
  ];
}
