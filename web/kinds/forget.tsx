import type { Ending, ForgetResult, GuiltyRelease } from '../../src/model/forget.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { outcomeText } from '../../src/report/outcome-text.ts';
import { printable } from '../../src/report/printable.ts';
import { counted, worldName } from '../../src/report/words.ts';
import type { Kind } from '../kind.ts';
import { EventCard } from '../parts/event-card.tsx';
import { Gaps } from '../parts/run-facts.tsx';
import { toneOf, VerdictBadge } from '../parts/verdict.tsx';

/** A page of `crossfree/forget@1`: which releases are to blame, and the runs that show it. */
export const ForgetPage: Kind = ({ data }) => {
  const result = data.result as ForgetResult;
  const { verdict, command, reason, conclusion, guilty, complete, minimal, runs, sites, seed } = result;
  return (
    <>
      <section class={`hero ${conclusion === 'healthy' ? 'good' : toneOf(verdict)}`}>
        <h1>
          <VerdictBadge verdict={verdict} />
          <code class="command">{printable(command.join(' '))}</code>
        </h1>
        <p class="meaning">{printable(reason)}</p>
        {!complete && <p class="doubt">It was interrupted: what stands here is what was known by then.</p>}
        {guilty.length > 0 && !minimal && (
          <p class="doubt">Whether fewer releases would do was not tried to the end.</p>
        )}
        <ul class="facts">
          <li>
            <b>{guilty.length}</b> {guilty.length === 1 ? 'release' : 'releases'} to blame
          </li>
          <li>
            <b>{sites}</b> release sites seen
          </li>
          <li>
            <b>{runs}</b> {runs === 1 ? 'run' : 'runs'}, of at most {result.mostRuns}
          </li>
          <li>
            <b>{seed}</b> seed
          </li>
        </ul>
      </section>
      <section class="gaps endings" aria-label="How it ended">
        <Endings title="As it is" endings={result.untouched} />
        <Endings title="Without any release" endings={result.withoutReleases} />
        <Endings title="Without the guilty" endings={result.withoutGuilty} />
      </section>
      {guilty.map((release, index) => (
        <Guilty key={index} release={release} data={data} />
      ))}
      <Gaps gaps={result.gaps} cwd={data.cwd} />
    </>
  );
};

function Endings({ title, endings }: { title: string; endings: readonly Ending[] }) {
  if (endings.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {endings.map(({ verdict, outcome, runs }, index) => (
          <li key={index}>
            <VerdictBadge verdict={verdict} /> {outcomeText(outcome)}, {counted(runs, 'run')}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Guilty({ release, data }: { release: GuiltyRelease; data: PageData }) {
  const { site, birth, finding, confidence, alternatives } = release;
  return (
    <article class="detail guilty">
      <p class="over">
        <b class="code">{printable(site.via)}</b> {counted(site.count, 'release')} in one run
        <span class="tag">{Math.round(confidence * 100)} % sure</span>
      </p>
      <h2>{finding ? printable(finding.message) : `A release by ${worldName(site.world)} is to blame`}</h2>
      <div class="story">
        {birth && <EventCard label="born" words="born here" world={undefined} event={birth} data={data} />}
        <EventCard
          label="died"
          words="released here"
          world={worldName(site.world)}
          event={site}
          data={data}
        />
      </div>
      {alternatives.length > 0 && (
        <details>
          <summary>
            {counted(alternatives.length, 'other release')} that would heal it as well, left out instead
          </summary>
          <div class="story">
            {alternatives.map((other) => (
              <EventCard
                key={other.id}
                label="freed"
                words="or this one"
                world={worldName(other.world)}
                event={other}
                data={data}
              />
            ))}
          </div>
        </details>
      )}
    </article>
  );
}
