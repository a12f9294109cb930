import { useMemo, useRef, useState } from 'preact/hooks';
import type { TraceSite } from '../../src/model/trace.ts';
import {
  boxesOf,
  type FlameBox,
  type FlameNode,
  flameOf,
  WEIGHTS,
  type Weight,
} from '../../src/report/flame.ts';
import { printable } from '../../src/report/printable.ts';
import { framePlace } from '../../src/report/stack-view.ts';
import { amount } from './amount.ts';

const ROW = 22;
/** Narrower boxes cannot be seen. */
const NARROWEST = 0.0015;
/** Deeper levels are left to the zoom. */
const MOST_BOXES = 4000;

const NAMES: Record<Weight, string> = {
  bytes: 'bytes allocated',
  peakBytes: 'bytes at the peak',
  allocations: 'allocations',
  liveBytes: 'still live',
  temporary: 'temporary allocations',
};

/** Who allocated, as a flame graph: callers above, widths by what was allocated below them. */
export function FlameGraph({ sites, cwd }: { sites: readonly TraceSite[]; cwd: string }) {
  const [weight, setWeight] = useState<Weight>('bytes');
  const [text, setText] = useState('');
  const root = useMemo(() => flameOf(sites, weight), [sites, weight]);
  const [zoomed, setZoomed] = useState<FlameNode | undefined>();
  const top = zoomed ?? root;
  const boxes = useMemo(() => boxesOf(top, NARROWEST).slice(0, MOST_BOXES), [top]);
  const wanted = text.toLowerCase().trim();
  return (
    <section class="flames" aria-label="Flame graph">
      <div class="controls">
        <fieldset class="chips">
          <legend class="unseen">What the widths stand for</legend>
          {WEIGHTS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === weight}
              onClick={() => {
                setWeight(name);
                setZoomed(undefined);
              }}
            >
              {NAMES[name]}
            </button>
          ))}
        </fieldset>
        <label class="search">
          <span class="unseen">Mark functions</span>
          <input
            type="search"
            placeholder="Mark functions…"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {zoomed && (
          <button type="button" class="plain" onClick={() => setZoomed(undefined)}>
            Whole program
          </button>
        )}
      </div>
      {root.weight === 0 ? (
        <p>Nothing to show: no {NAMES[weight]}.</p>
      ) : (
        <Boxes key={`${weight}`} boxes={boxes} weight={weight} wanted={wanted} cwd={cwd} zoom={setZoomed} />
      )}
      <p class="keys">Arrow keys walk, Enter zooms in, Escape out.</p>
    </section>
  );
}

interface BoxesProps {
  boxes: readonly FlameBox[];
  weight: Weight;
  wanted: string;
  cwd: string;
  zoom(node: FlameNode | undefined): void;
}

function Boxes({ boxes, weight, wanted, cwd, zoom }: BoxesProps) {
  const [chosen, setChosen] = useState<FlameNode | undefined>();
  const tree = useRef<HTMLDivElement>(null);
  const current = boxes.find(({ node }) => node === chosen) ?? boxes[0];
  if (!current) return null;
  const levels = boxes.reduce((most, { level }) => Math.max(most, level), 0) + 1;
  const level = boxes.filter((box) => box.level === current.level);
  const go = (box: FlameBox | undefined) => {
    if (!box) return;
    setChosen(box.node);
    const place = tree.current;
    if (place && box.level * ROW < place.scrollTop) place.scrollTop = box.level * ROW;
    if (place && (box.level + 1) * ROW > place.scrollTop + place.clientHeight)
      place.scrollTop = (box.level + 1) * ROW - place.clientHeight;
  };
  const steps: Record<string, () => void> = {
    ArrowDown: () => go(boxes.find(({ parent }) => parent === current)),
    ArrowUp: () => go(current.parent),
    ArrowRight: () => go(level[level.indexOf(current) + 1]),
    ArrowLeft: () => go(level[level.indexOf(current) - 1]),
    Enter: () => zoom(current.node),
    Escape: () => zoom(undefined),
  };
  const { node } = current;
  return (
    <>
      <div
        class="flame"
        ref={tree}
        role="tree"
        aria-label="Callers and what they allocated"
        tabIndex={0}
        aria-activedescendant={`flame-${boxes.indexOf(current)}`}
        onKeyDown={(event) => {
          const step = steps[event.key];
          if (!step) return;
          event.preventDefault();
          step();
        }}
      >
        <div class="floor" style={{ height: `${levels * ROW}px` }}>
          {boxes.map((box, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus
            <div
              key={index}
              id={`flame-${index}`}
              role="treeitem"
              aria-level={box.level + 1}
              aria-selected={box === current}
              class={`box ${wanted !== '' && box.node.name.toLowerCase().includes(wanted) ? 'marked' : ''}`}
              style={{
                top: `${box.level * ROW}px`,
                left: `${box.left * 100}%`,
                width: `${box.width * 100}%`,
                '--hue': String(hueOf(box.node.name)),
              }}
              title={`${printable(box.node.name)}: ${amount(box.node.weight, weight)}`}
              onClick={() => setChosen(box.node)}
              onDblClick={() => zoom(box.node)}
            >
              {printable(box.node.name)}
            </div>
          ))}
        </div>
      </div>
      <p class="chosen" role="status">
        <b class="function">{printable(node.name)}</b> {amount(node.weight, weight)},{' '}
        {Math.round((node.weight / (boxes[0]?.node.weight || 1)) * 1000) / 10} %
        {node.frame && <span class="place"> {framePlace(node.frame, cwd)}</span>}
      </p>
    </>
  );
}

/** Neighbours differ, the same function is alike everywhere; the colour means nothing else. */
function hueOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index++) hash = (hash * 31 + name.charCodeAt(index)) % 997;
  return hash % 60;
}
