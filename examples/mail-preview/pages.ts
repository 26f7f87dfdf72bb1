import { escapeHtml, type RenderedMail } from "tokenry/mail";

/** A mail that was written to files. */
export interface Page {
  readonly file: string;
  readonly language: string;
  readonly title: string;
  readonly mail: RenderedMail;
}

/** A page from which a person opens every mail. */
export function indexPage(pages: readonly Page[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mails of tokenry</title>
<style>
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.4rem 0.6rem 0.4rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid #8884; }
</style>
<h1>Mails of tokenry</h1>
<table>
<tr><th>Notice</th><th>Language</th><th>Subject</th><th>Open</th></tr>
${pages.map(row).join("\n")}
</table>
</html>
`;
}

function row({ file, language, title, mail }: Page): string {
  const links = ["html", "txt", "eml"].map((type) => `<a href="${file}.${type}">${type}</a>`);
  return `<tr><td>${escapeHtml(title)}</td><td>${language}</td><td>${escapeHtml(mail.subject)}</td><td>${links.join(" ")}</td></tr>`;
}
