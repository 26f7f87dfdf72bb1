/** Gives an element its name, once: a page may load the screens twice, by two bundles say. */
export function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
