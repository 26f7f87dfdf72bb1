/** The language of texts and dates: the `lang` of an element or of what it stands in, across shadow roots. */
export function localeOf(element: Element): string | undefined {
  for (let at: Element | undefined = element; at !== undefined; at = hostOf(at)) {
    const lang = at.closest("[lang]")?.getAttribute("lang");
    const tag = lang == null ? undefined : tagOf(lang);
    if (tag !== undefined) return tag;
  }
  return undefined;
}

function hostOf(element: Element): Element | undefined {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : undefined;
}

/** A language as `Intl` takes it; `undefined` where it is none: what pages have there is not always a tag ("de_DE", "c"). */
function tagOf(lang: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(lang.trim().replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}
