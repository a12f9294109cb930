/** A verdict is told by its word and its shape; the colour only repeats it. */
const LOOKS: Record<string, { tone: string; shape: string }> = {
  silent: { tone: 'worst', shape: 'M12 2 22 20H2zM12 9v5M12 16.5v1' },
  latent: { tone: 'bad', shape: 'M12 2 22 20H2zM12 9v5M12 16.5v1' },
  healed: { tone: 'warn', shape: 'M12 3v18M3 12h18' },
  crashed: { tone: 'bad', shape: 'M5 5l14 14M19 5 5 19' },
  caught: { tone: 'bad', shape: 'M4 4h16v16H4zM8 12h8' },
  hung: { tone: 'bad', shape: 'M6 3h12L6 21h12z' },
  killed: { tone: 'warn', shape: 'M5 5h14v14H5z' },
  clean: { tone: 'good', shape: 'M4 13l5 5L20 6' },
  unobservable: { tone: 'unsure', shape: 'M9 8a3 3 0 1 1 4 3c-1 .5-1 1-1 3M12 18v1' },
  holds: { tone: 'good', shape: 'M4 13l5 5L20 6' },
  differs: { tone: 'warn', shape: 'M4 9c5-5 11 5 16 0M4 16c5-5 11 5 16 0' },
  refuted: { tone: 'bad', shape: 'M5 5l14 14M19 5 5 19' },
  'not-measurable': { tone: 'unsure', shape: 'M5 12h14' },
};

export function toneOf(verdict: string): string {
  return LOOKS[verdict]?.tone ?? 'unsure';
}

export function VerdictBadge({ verdict }: { verdict: string }) {
  return (
    <span class={`badge ${toneOf(verdict)}`}>
      <VerdictShape verdict={verdict} />
      {verdict}
    </span>
  );
}

/** The shape alone, beside the word. */
export function VerdictShape({ verdict }: { verdict: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={LOOKS[verdict]?.shape ?? 'M5 12h14'} />
    </svg>
  );
}
