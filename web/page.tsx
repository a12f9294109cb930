import { render } from 'preact';
import type { PageData } from '../src/report/html/page-data.ts';
import './style.css';
import type { Kind } from './kind.ts';
import { LabPage } from './kinds/lab.tsx';
import { RunPage } from './kinds/run.tsx';
import { Page } from './parts/page-frame.tsx';

/** Each kind of result and what draws it. */
const KINDS: Record<string, Kind> = {
  'crossfree/run@1': RunPage,
  'crossfree/lab@1': LabPage,
};

const data: PageData = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
const place = document.getElementById('page');
const Drawn = KINDS[data.result.schema];
if (place) {
  place.textContent = '';
  render(
    <Page version={data.version}>
      {Drawn ? <Drawn data={data} /> : <pre>{JSON.stringify(data.result, undefined, 2)}</pre>}
    </Page>,
    place,
  );
}
