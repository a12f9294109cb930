import type { CauseDraft, Draft } from './draft.ts';

/** The wrong release behind two owners of one place, and the finding that tells of it. */
export interface Cause extends CauseDraft {
  draft: Draft;
}

/** The latest wrong release that reaches into what is owned twice and is a finding of this run. */
export function causeOf({ causes = [] }: Draft, drafts: readonly Draft[]): Cause | undefined {
  for (const cause of causes) {
    const draft = drafts.find(({ records }) => records.includes(cause.finding));
    if (draft) return { ...cause, draft };
  }
  return undefined;
}
