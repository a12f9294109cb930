/** Some lines of a source file around one that a stack names. */
export interface Excerpt {
  /** The number of the first of the lines. */
  first: number;
  lines: string[];
  /** The file changed after the module was built, so that lines may have moved. */
  younger?: true;
}

/** What the page in the browser gets, as JSON. */
export interface PageData {
  version: string;
  /** Paths below it are shown from there. */
  cwd: string;
  /** One of crossfree's results, told by its `schema`. */
  result: { schema: string };
  /** For the lab: the page of each experiment, by id. */
  pages?: Record<string, unknown[]>;
  /** By `file:line`. */
  excerpts: Record<string, Excerpt>;
  /** Pages of the findings in the result, in Markdown, by code. */
  explanations: Record<string, string>;
  /** What the words of a report mean, by the word. */
  words: Record<string, string>;
}
