import type { Letter, LetterLink } from "./letter.ts";

/** As wide as mails in plain text are read everywhere. */
const WIDTH = 76;

/** Lays a mail out as plain text. Links stand alone on a line, so that no program cuts one. */
export function letterText(letter: Letter): string {
  const { heading, body, items, rows, action, advice, links, footer, app } = letter;
  const blocks = [
    heading,
    ...body.map((paragraph) => wrapped(paragraph)),
    items.map((item) => wrapped(item, "- ", "  ")).join("\n"),
    rows.map(([label, value]) => wrapped(`${label}: ${value}`, "", "  ")).join("\n"),
    ...(action === undefined ? [] : [linkText(action)]),
    ...(advice === undefined
      ? []
      : [advice.heading, ...advice.body.map((paragraph) => wrapped(paragraph))]),
    ...links.map(linkText),
    // The space after the two hyphens is what makes it a signature.
    ["-- ", wrapped(footer), ...(app.url === undefined ? [] : [app.url])].join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function linkText({ text, url }: LetterLink): string {
  return `${text}:\n${url}`;
}

/** Breaks a paragraph between words; a word that is longer than a line stays whole. */
function wrapped(paragraph: string, first = "", others = ""): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of paragraph.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
