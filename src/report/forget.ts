import {
  type Conclusion,
  type Ending,
  type ForgetResult,
  type GuiltyRelease,
  servedBy,
} from '../model/index.ts';
import { remedy } from './advice.ts';
import { align } from './columns.ts';
import { call, sizes, type ViewOptions, viewEvents, WIDTH } from './finding-view.ts';
import { outcomeText } from './outcome-text.ts';
import { painter, type Style } from './paint.ts';
import { printable } from './printable.ts';
import { shorten } from './stack-view.ts';
import { gapLines } from './terminal.ts';
import { counted, worldName } from './words.ts';
import { wrap } from './wrap.ts';

const STYLES: Record<Conclusion, Style> = {
  guilty: ['bold', 'red'],
  healthy: ['bold', 'green'],
  'another-reason': ['bold', 'yellow'],
  unknown: ['bold', 'cyan'],
};

const WORDS: Record<Conclusion, string> = {
  guilty: 'GUILTY',
  healthy: 'HEALTHY',
  'another-reason': 'ANOTHER REASON',
  unknown: 'UNKNOWN',
};

/** Longer command lines are cut in the first line. */
const LONGEST_COMMAND = 80;
/** More of them are left to the JSON: a search that was cut short may leave many. */
const SHOWN = 8;

/** The report that a person reads on a terminal; ends with a newline. */
export function renderForget(
  result: ForgetResult,
  options: { colour: boolean; cwd: string; verbose: boolean },
): string {
  const paint = painter(options.colour);
  const view = { paint, cwd: options.cwd, verbose: options.verbose };
  const { conclusion, guilty } = result;
  const hidden = guilty.length - SHOWN;
  const blocks = [
    [firstLine(result, paint(STYLES[conclusion], WORDS[conclusion]))],
    wrap(printable(result.reason), WIDTH),
    ...guilty.slice(0, SHOWN).map((one, index) => viewGuilty(one, index, result, view)),
    hidden > 0 ? [`… ${hidden} more (--json)`] : [],
    endingLines(result),
    gapLines(result.gaps, paint, options.cwd),
  ].filter((lines) => lines.length > 0);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function firstLine(result: ForgetResult, word: string): string {
  const { command, guilty, minimal, sites, runs, complete } = result;
  const parts = [`${shorten(printable(command.join(' ')), LONGEST_COMMAND)} ${ended(result)}`];
  if (guilty.length > 0)
    parts.push(
      `${minimal ? '' : 'at most '}${counted(guilty.length, 'guilty release')} among ${counted(sites, 'site')}`,
    );
  parts.push(counted(runs, 'run'));
  if (!complete) parts.push('NOT COMPLETE');
  return `crossfree forget  ${word}   ${parts.join(' · ')}`;
}

function ended(result: ForgetResult): string {
  if (result.untouched.length === 0) return 'has not come to an end';
  return endingText(result.untouched.find(({ verdict }) => verdict === result.verdict) ?? result);
}

function viewGuilty(guilty: GuiltyRelease, index: number, result: ForgetResult, view: ViewOptions): string[] {
  const { site, birth, finding, confidence, alternatives } = guilty;
  const { paint } = view;
  const events = [
    { label: 'died', event: site, call: call(site, '') },
    ...alternatives.map((other) => ({ label: 'or', event: other, call: call(other, '') })),
    ...(birth
      ? [
          {
            label: 'born',
            event: birth,
            call: call(birth, sizes(birth.size, undefined, birth)),
          },
        ]
      : []),
  ];
  const many = site.count > 1 ? `, ${site.count} blocks in one run` : '';
  return [
    `${paint('bold', `[${index + 1}]`)} ${parties(guilty, result)}${many}   confidence ${percent(confidence)}`,
    ...viewEvents(events, view).map((line) => `  ${line}`),
    ...(finding ? [`  ${paint('bold', finding.code)} ${finding.kind}   ${printable(finding.message)}`] : []),
    ...wrap(advice(guilty), WIDTH).map((line) => `  ${line}`),
    ...(finding ? [`  ${paint('dim', `crossfree explain ${finding.code}`)}`] : []),
  ];
}

/** Never 100 %: runs prove nothing. */
function percent(confidence: number): string {
  return `${Math.min(99.9, Math.floor(confidence * 1000) / 10)} %`;
}

/** `Rust on jemalloc released what C on glibc handed out`. */
function parties({ site, birth, finding }: GuiltyRelease, { arrangement }: ForgetResult): string {
  const named = (world: string) => {
    if (world === 'undetermined') return 'C or Rust';
    const allocator = servedBy(arrangement, world);
    return printable(worldName(world) + (allocator === undefined ? '' : ` on ${allocator}`));
  };
  if (finding?.code === 'CF003') return `${named(site.world)} released what is no block`;
  if (birth?.world === undefined) return `${named(site.world)} released what nobody was seen to hand out`;
  if (birth.world === site.world) return `${named(site.world)} released a block of its own`;
  return `${named(site.world)} released what ${named(birth.world)} handed out`;
}

function advice({ finding, alternatives }: GuiltyRelease): string {
  const which = alternatives.length === 1 ? 'either of the two' : 'any one of them';
  if (finding && alternatives.length > 0)
    return `It is enough to leave out ${which}: one of them is too many. ${remedy(finding)}`;
  if (finding) return remedy(finding);
  if (alternatives.length > 0)
    return (
      `It is enough to leave out ${which}. Either they release the same block, and one of them is too many. Or one ` +
      'of them releases a block that is still used, and where another one is left out, that memory is only not used ' +
      'again. AddressSanitizer or Valgrind tell.'
    );
  return (
    'The release is no fault by itself as far as crossfree sees. Either the block is still used after it: ' +
    'release it later. Or the release is only where earlier damage shows, such as a write past a block’s end: ' +
    'AddressSanitizer, Valgrind or `crossfree autopsy` tell.'
  );
}

function endingLines({ untouched, withoutReleases, withoutGuilty }: ForgetResult): string[] {
  const rows: [string, Ending[]][] = [
    ['as it is', untouched],
    ['nothing released', withoutReleases],
    ['without the guilty', withoutGuilty],
  ];
  return align(
    rows.filter(([, endings]) => endings.length > 0).map(([label, endings]) => [label, endingsText(endings)]),
  );
}

/** `was ended by SIGSEGV`, `exited 0, silent`: what is no fault by itself has its verdict with it. */
function endingText({ verdict, outcome, child }: Omit<Ending, 'runs'>): string {
  const text = outcomeText(outcome);
  if (child) return `${text}; a process that it started ${outcomeText(child)}`;
  return outcome.kind === 'exit' && verdict !== 'clean' ? `${text}, ${verdict}` : text;
}

function endingsText(endings: readonly Ending[]): string {
  return endings.map((ending) => `${ending.runs}× ${endingText(ending)}`).join(', ');
}
