/** The code of a confirmation link goes from the address to the screen, and stays in no history. */
const ROTATION = /^#rotation=(.+)$/;

async function takeRotationCode() {
  const [, code] = ROTATION.exec(location.hash) ?? [];
  const screen = document.querySelector("tokenry-tokens[kind=web]");
  if (code === undefined || screen === null) return;
  history.replaceState(null, "", location.pathname);
  await customElements.whenDefined("tokenry-tokens");
  screen.rotationCode = decodeURIComponent(code);
}

/** A link that was followed before signing in leads on afterwards: what follows # is the form's, as it reaches no server. */
function keepHash() {
  const form = document.querySelector("form[action='/sign-in']");
  if (form !== null) form.action += location.hash;
}

/** The screens tell when the session has ended. */
function showSignedOut() {
  document.addEventListener("tokenry-signed-out", (event) => {
    const notice = document.querySelector("#signed-out");
    if (notice === null) return;
    // It is said here, once for all screens of the page.
    event.preventDefault();
    notice.hidden = false;
  });
}

/** A menu closes by Escape, and by a click elsewhere. */
function closeMenus() {
  const close = (but) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(but)) menu.open = false;
  };
  document.addEventListener("click", (event) => close(event.target));
  for (const menu of document.querySelectorAll("details.menu"))
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
}

/** Tabs as the ARIA Authoring Practices describe them: arrow keys go from tab to tab. */
function runTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  if (tabs.length === 0) return;
  const shown = () => tabs.filter((tab) => !tab.hidden);
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const select = (selected) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === selected));
      tab.tabIndex = tab === selected ? 0 : -1;
      panelOf(tab).hidden = tab !== selected;
    }
  };
  const step = (tab, by) => {
    const list = shown();
    const next = list.at((list.indexOf(tab) + by) % list.length);
    select(next);
    next.focus();
  };
  for (const tab of tabs) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      if (key === "ArrowRight") step(tab, 1);
      if (key === "ArrowLeft") step(tab, -1);
    });
  }
  for (const box of document.querySelectorAll("[data-shows]"))
    box.addEventListener("change", () => {
      const tab = document.getElementById(`tab-${box.dataset.shows}`);
      // The last tab that is shown stays.
      if (!box.checked && shown().length === 1) box.checked = true;
      tab.hidden = !box.checked;
      if (tab.hidden && tab.getAttribute("aria-selected") === "true") select(shown()[0]);
    });
  select(tabs[0]);
}

function openDialogs() {
  for (const button of document.querySelectorAll("[data-opens]"))
    button.addEventListener("click", () => {
      const menu = button.closest("details");
      if (menu !== null) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      document.getElementById(button.dataset.opens).showModal();
    });
}

void takeRotationCode();
keepHash();
showSignedOut();
closeMenus();
runTabs();
openDialogs();
addEventListener("hashchange", () => void takeRotationCode());
