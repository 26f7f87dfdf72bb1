// A terminal's screen as a page: what was typed and written, with its colours.
import type { Browser } from "playwright-core";

/** Select Graphic Rendition (ECMA-48 8.3.117), as far as the command line uses it. */
const CLASSES: Readonly<Record<string, string>> = {
  "1": "strong",
  "4": "underlined",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "36": "cyan",
  "90": "grey",
};

const STYLE = `
  body { margin: 0; padding: 20px; background: #fff; width: max-content; }
  pre { margin: 0; padding: 18px 22px 20px; border-radius: 10px; background: #14181f; color: #d8dee9;
    font: 14px/1.5 "DejaVu Sans Mono", monospace; box-shadow: 0 6px 22px rgb(20 24 31 / 28%); }
  pre::before { content: "\\25CF \\25CF \\25CF"; display: block; margin-bottom: 10px; color: #3c4454; letter-spacing: 2px; }
  .typed { color: #fff; font-weight: 600; }
  .strong { font-weight: 600; color: #fff; } .underlined { text-decoration: underline; }
  .red { color: #ff7b72; } .green { color: #7ee787; } .yellow { color: #f2cc60; } .cyan { color: #79c0ff; } .grey { color: #8b95a5; }
`;

/** Draws a screen as a PNG. */
export async function drawTerminal(browser: Browser, screen: string): Promise<Buffer> {
  const page = await browser.newPage();
  await page.setContent(`<!doctype html><style>${STYLE}</style><pre>${asHtml(screen)}</pre>`);
  const png = await page.locator("body").screenshot();
  await page.close();
  return png;
}

function asHtml(screen: string): string {
  let isOpen = false;
  const text = screen.trimEnd().replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const coloured = text.replace(/\u001b\[(\d*)m/g, (_, code: string) => {
    const name = CLASSES[code];
    const before = isOpen ? "</span>" : "";
    isOpen = name !== undefined;
    return isOpen ? `${before}<span class="${name}">` : before;
  });
  return coloured.replace(/^\$ .*$/gm, (line) => `<span class="typed">${line}</span>`);
}
