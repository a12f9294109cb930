/** Our own pages: headings, fenced code, lists, and `code`; the few forms that docs/findings keeps to. */
export function Prose({ markdown }: { markdown: string }) {
  const blocks = markdown.split(/(```[\s\S]*?```)/).flatMap((part) => {
    if (part.startsWith('```')) return [part];
    return part.split(/\n{2,}/).filter((text) => text.trim() !== '');
  });
  return (
    <div class="prose">
      {blocks.map((block, index) => (
        <Block key={index} text={block.trim()} />
      ))}
    </div>
  );
}

function Block({ text }: { text: string }) {
  if (text.startsWith('```')) return <pre>{text.replace(/^```.*\n|```$/g, '')}</pre>;
  const heading = /^(#+) (.*)$/.exec(text);
  if (heading) return <h4>{heading[2]}</h4>;
  const items = text.split(/\n(?=(?:[-*]|\d+\.) )/);
  if (/^([-*]|\d+\.) /.test(text)) {
    return (
      <ul>
        {items.map((item, index) => (
          <li key={index}>{inline(item.replace(/^([-*]|\d+\.) /, ''))}</li>
        ))}
      </ul>
    );
  }
  return <p>{inline(text)}</p>;
}

function inline(text: string) {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith('`') ? <code>{part.slice(1, -1)}</code> : part));
}
