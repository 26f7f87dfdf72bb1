/** The language of texts and dates: the `lang` of an element or of what it stands in, across shadow roots. */
export function localeOf(element: Element): string | undefined {
  for (let at: Element | undefined = element; at !== undefined; at = hostOf(at)) {
    const lang = at.closest("[lang]")?.getAttribute("lang");
    if (lang != null && lang !== "") return lang;
  }
  return undefined;
}

function hostOf(element: Element): Element | undefined {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : undefined;
}
