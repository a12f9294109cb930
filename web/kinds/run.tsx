import type { Run } from '../../src/model/index.ts';
import type { Kind } from '../kind.ts';
import { Findings } from '../parts/findings.tsx';
import { Corruptions, Crashes, Gaps, Processes, RunHead } from '../parts/run-facts.tsx';

/** A page of `crossfree/run@1`. */
export const RunPage: Kind = ({ data }) => {
  const run = data.result as Run;
  return (
    <>
      <RunHead run={run} data={data} />
      <Crashes run={run} data={data} />
      <Corruptions run={run} />
      {run.findings.length > 0 && <Findings run={run} data={data} />}
      <Gaps gaps={run.observed.gaps} cwd={data.cwd} />
      <Processes run={run} />
    </>
  );
};
