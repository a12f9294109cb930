import { BriefLab } from '../lab/brief.ts';
import type { ExperimentReport, PageBlock } from '../lab/experiment.ts';
import type { LabReport } from '../lab/lab-report.ts';
import { labPages } from '../lab/page.ts';

/** What the lab prints. */
export interface LabView {
  experiment(report: ExperimentReport, page: readonly PageBlock[]): string;
  /** `page`: the file that holds everything, where one is written. */
  end(report: LabReport, page: string | undefined): string;
}

/** All that was measured, or when it is to be brief a line for each experiment and a screen at the end. */
export function labView(wishes: { colour: boolean; brief: boolean; leftOut: number }): LabView {
  return wishes.brief ? briefView(wishes) : fullView(wishes);
}

function fullView({ colour }: { colour: boolean }): LabView {
  const pages = labPages({ colour });
  return {
    experiment: (report, page) => `${pages.experiment(report, page)}\n`,
    end: (report) => pages.summary(report),
  };
}

function briefView({ colour, leftOut }: { colour: boolean; leftOut: number }): LabView {
  const lab = new BriefLab({ colour });
  let before = performance.now();
  return {
    experiment(report, page) {
      const now = performance.now();
      const seconds = (now - before) / 1000;
      before = now;
      return lab.line(report, page, seconds);
    },
    end: (_, page = '') => lab.screen({ leftOut, all: allCommand(), page }),
  };
}

/** As it was started: npm passes on only what follows `--`. */
function allCommand(): string {
  return process.env.npm_lifecycle_event === 'lab' ? 'npm run lab -- --full' : 'crossfree lab --full';
}
