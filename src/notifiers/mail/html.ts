import { escapeHtml } from "./clean.ts";
import type { Letter, LetterLink } from "./letter.ts";

const FONT =
  "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,'Noto Sans',sans-serif";

/** Programs that know no colour scheme show these; the others have the dark ones of the style sheet. */
const STYLES = {
  page: `margin:0;padding:24px 12px;background:#f4f4f5;color:#18181b;font:16px/1.5 ${FONT}`,
  card: "max-width:560px;margin:0 auto;padding:28px 24px;background:#ffffff;border:1px solid #e4e4e7;border-radius:10px;overflow-wrap:anywhere",
  app: "margin:0 0 20px;font-size:14px;font-weight:600;color:#52525b",
  h1: "margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:600",
  h2: "margin:28px 0 8px;font-size:16px;line-height:1.4;font-weight:600",
  p: "margin:0 0 12px",
  list: "margin:0 0 12px;padding:0 0 0 22px",
  item: "margin:0 0 4px",
  rows: "margin:20px 0;padding:14px 16px;background:#f4f4f5;border-radius:8px;font-size:15px",
  label: "margin:0;font-size:13px;color:#52525b",
  value: "margin:0 0 8px",
  lastValue: "margin:0",
  action: "margin:20px 0",
  button:
    "display:inline-block;padding:11px 20px;background:#1d4ed8;border-radius:8px;color:#ffffff;font-weight:600;text-decoration:none",
  link: "color:#1d4ed8",
  footer:
    "margin:28px 0 0;padding:16px 0 0;border-top:1px solid #e4e4e7;font-size:13px;color:#52525b",
} as const;

/** What is written in the elements must be overruled. */
const DARK = `@media (prefers-color-scheme: dark){
.page{background:#18181b!important;color:#f4f4f5!important}
.card{background:#27272a!important;border-color:#3f3f46!important}
.rows{background:#18181b!important}
.muted{color:#b4b4bb!important;border-color:#3f3f46!important}
.link{color:#93b4ff!important}
}`;

/** Lays a mail out as HTML: one column, nothing that is loaded from elsewhere, no script. Every text is escaped here. */
export function letterHtml(letter: Letter): string {
  const { locale, direction, app, subject, heading, body, advice, action, links, footer } = letter;
  // Said twice, as some programs keep nothing that is outside the body.
  const lang = escapeHtml(locale);
  const dir = direction === "rtl" ? "rtl" : "ltr";
  return `<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>:root{color-scheme:light dark}
${DARK}</style>
</head>
<body class="page" style="${STYLES.page}">
<div class="card" role="article" lang="${lang}" dir="${dir}" aria-label="${escapeHtml(subject)}" style="${STYLES.card}">
<p class="muted" style="${STYLES.app}">${escapeHtml(app.name)}</p>
<h1 style="${STYLES.h1}">${escapeHtml(heading)}</h1>
${[
  ...body.map(paragraph),
  itemList(letter.items),
  rowList(letter.rows),
  action === undefined ? "" : button(action),
  ...(advice === undefined
    ? []
    : [
        `<h2 style="${STYLES.h2}">${escapeHtml(advice.heading)}</h2>`,
        ...advice.body.map(paragraph),
      ]),
  ...links.map((link) => `<p style="${STYLES.p}">${anchor(link.url, link.text)}</p>`),
]
  .filter((part) => part !== "")
  .join("\n")}
<p class="muted" style="${STYLES.footer}">${escapeHtml(footer)}${
    app.url === undefined ? "" : `<br>${anchor(app.url, app.url)}`
  }</p>
</div>
</body>
</html>
`;
}

function paragraph(text: string): string {
  return `<p style="${STYLES.p}">${escapeHtml(text)}</p>`;
}

/** What others named may be written in either direction. */
function itemList(items: readonly string[]): string {
  if (items.length === 0) return "";
  const list = items.map(
    (item) => `<li dir="auto" style="${STYLES.item}">${escapeHtml(item)}</li>`,
  );
  return `<ul style="${STYLES.list}">\n${list.join("\n")}\n</ul>`;
}

function rowList(rows: Letter["rows"]): string {
  if (rows.length === 0) return "";
  const list = rows.map(([label, value], index) => {
    const style = index === rows.length - 1 ? STYLES.lastValue : STYLES.value;
    return `<dt class="muted" style="${STYLES.label}">${escapeHtml(label)}</dt>
<dd style="${style}"><bdi>${escapeHtml(value)}</bdi></dd>`;
  });
  return `<dl class="rows" style="${STYLES.rows}">\n${list.join("\n")}\n</dl>`;
}

function button({ text, url }: LetterLink): string {
  return `<p style="${STYLES.action}"><a style="${STYLES.button}" href="${escapeHtml(url)}">${escapeHtml(text)}</a></p>`;
}

function anchor(url: string, text: string): string {
  return `<a class="link" style="${STYLES.link}" href="${escapeHtml(url)}">${escapeHtml(text)}</a>`;
}
