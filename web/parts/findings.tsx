import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Finding, Run } from '../../src/model/index.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { printable } from '../../src/report/printable.ts';
import { frameName, ownFrames } from '../../src/report/stack-view.ts';
import { counted } from '../../src/report/words.ts';
import { FindingDetail } from './finding-detail.tsx';

/** Rows are of one height, so that ten thousand need no more elements than a screenful. */
const ROW = 68;
const SPARE = 6;

interface Props {
  run: Run;
  data: PageData;
  /** What is to be said besides of a finding. */
  about?: (finding: Finding) => ComponentChildren;
}

/** The findings of a run: a list to choose from, and the chosen one's story. */
export function Findings({ run, data, about }: Props) {
  const [text, setText] = useState('');
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<Finding | undefined>(run.findings[0]);
  const detail = useRef<HTMLElement>(null);
  const codes = useMemo(() => countsOf(run.findings), [run]);
  const haystacks = useMemo(() => new Map(run.findings.map((finding) => [finding, wordsOf(finding)])), [run]);
  const wanted = text.toLowerCase().trim();
  const shown = run.findings.filter(
    (finding) => !hidden.has(finding.code) && (wanted === '' || haystacks.get(finding)?.includes(wanted)),
  );
  const open = () => {
    detail.current?.focus();
    detail.current?.scrollIntoView({ block: 'nearest' });
  };
  const current = chosen && shown.includes(chosen) ? chosen : shown[0];
  return (
    <section class="findings" aria-label="Findings">
      <div class="chooser">
        <label class="search">
          <span class="unseen">Filter findings by function, file or words</span>
          <input
            type="search"
            placeholder="Filter by function, file, world…"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <fieldset class="chips">
          <legend class="unseen">Kinds of finding</legend>
          {codes.map(([code, count]) => (
            <button
              key={code}
              type="button"
              aria-pressed={!hidden.has(code)}
              onClick={() => setHidden(toggled(hidden, code))}
            >
              {code} <small>{count}</small>
            </button>
          ))}
        </fieldset>
        <p class="count" role="status">
          {shown.length === run.findings.length
            ? counted(shown.length, 'finding')
            : `${shown.length} of ${counted(run.findings.length, 'finding')}`}
        </p>
        <VirtualList findings={shown} current={current} choose={setChosen} open={open} />
      </div>
      <article class="detail" ref={detail} tabIndex={-1} aria-label="The chosen finding">
        {current ? (
          <>
            <FindingDetail finding={current} run={run} data={data} />
            {about?.(current)}
          </>
        ) : (
          <p>No finding fits the filter.</p>
        )}
      </article>
    </section>
  );
}

interface ListProps {
  findings: readonly Finding[];
  current: Finding | undefined;
  choose(finding: Finding): void;
  open(): void;
}

function VirtualList({ findings, current, choose, open }: ListProps) {
  const [top, setTop] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const height = list.current?.clientHeight ?? 800;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(findings.length, Math.ceil((top + height) / ROW) + SPARE);
  const at = current ? findings.indexOf(current) : -1;

  const go = (index: number) => {
    const next = Math.max(0, Math.min(findings.length - 1, index));
    const finding = findings[next];
    const box = list.current;
    if (!finding || !box) return;
    choose(finding);
    if (next * ROW < box.scrollTop) box.scrollTop = next * ROW;
    if ((next + 1) * ROW > box.scrollTop + box.clientHeight)
      box.scrollTop = (next + 1) * ROW - box.clientHeight;
  };
  const page = Math.max(1, Math.floor(height / ROW) - 1);
  const steps: Record<string, () => void> = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + page),
    PageUp: () => go(at - page),
    Home: () => go(0),
    End: () => go(findings.length - 1),
    Enter: open,
  };
  return (
    <div
      class="list"
      style={{ height: `${findings.length * ROW + 2}px` }}
      ref={list}
      role="listbox"
      aria-label="Findings"
      tabIndex={0}
      {...(at >= 0 && { 'aria-activedescendant': `finding-${at}` })}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={(event) => {
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        step();
      }}
    >
      <div class="rows" style={{ height: `${findings.length * ROW}px` }}>
        {findings.slice(first, last).map((finding, offset) => (
          <Row
            key={first + offset}
            finding={finding}
            index={first + offset}
            total={findings.length}
            selected={finding === current}
            onClick={() => choose(finding)}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  finding: Finding;
  index: number;
  total: number;
  selected: boolean;
  onClick(): void;
}

function Row({ finding, index, total, selected, onClick }: RowProps) {
  const [site] = ownFrames((finding.death ?? finding.birth)?.stack ?? []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus
    <div
      class="row"
      id={`finding-${index}`}
      role="option"
      aria-selected={selected}
      aria-setsize={total}
      aria-posinset={index + 1}
      style={{ top: `${index * ROW}px`, height: `${ROW}px` }}
      onClick={onClick}
    >
      <span class="line">
        <b>{finding.code}</b> {finding.kind}
        {finding.certainty === 'possible' && <em> possible</em>}
        {finding.count > 1 && <small class="times">{finding.count}×</small>}
      </span>
      <span class="line site">{site ? frameName(site) : printable(finding.message)}</span>
    </div>
  );
}

function toggled(set: ReadonlySet<string>, code: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(code)) next.add(code);
  return next;
}

function countsOf(findings: readonly Finding[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

function wordsOf({ code, kind, message, worlds, birth, death }: Finding): string {
  const frames = [...(birth?.stack ?? []), ...(death?.stack ?? [])];
  const names = frames.flatMap(({ function: name, file, module }) => [name, file ?? module]);
  return [code, kind, message, worlds.allocated, worlds.released, ...names].join('\n').toLowerCase();
}
