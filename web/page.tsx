import { render } from 'preact';
import type { PageData } from '../src/report/html/page-data.ts';
import './style.css';
import type { Kind } from './kind.ts';
import { AutopsyPage } from './kinds/autopsy.tsx';
import { ForgetPage } from './kinds/forget.tsx';
import { LabPage } from './kinds/lab.tsx';
import { MatrixPage } from './kinds/matrix.tsx';
import { MergePage } from './kinds/merge.tsx';
import { RunPage } from './kinds/run.tsx';
import { TracePage } from './kinds/trace.tsx';
import { Page } from './parts/page-frame.tsx';

/** Each kind of result and what draws it. */
const KINDS: Record<string, Kind> = {
  'crossfree/run@1': RunPage,
  'crossfree/merge@1': MergePage,
  'crossfree/matrix@1': MatrixPage,
  'crossfree/forget@1': ForgetPage,
  'crossfree/trace@1': TracePage,
  'crossfree/autopsy@1': AutopsyPage,
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
