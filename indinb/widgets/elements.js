/**
 * What all our widgets are built of.
 *
 * The first part of their modules: Python joins files to one, as a widget's module can import
 * nothing from beside it.
 *
 * A "view" is `{ el, update(data) }`: an element, and how to bring it up to date in place.
 */

/** Make an element; attributes named on… are listeners. Strings become text, never markup. */
function create(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const div = (className, ...children) => create("div", { class: className }, ...children);
const span = (className, ...children) => create("span", { class: className }, ...children);

function button(className, onclick, ...children) {
  return create("button", { type: "button", class: className, onclick }, ...children);
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Keep JupyterLab from taking keys meant for `root`: in its command mode "x" would cut a cell. It
 * looks for the attribute from what has the focus outwards, but meets its own rule there first.
 */
function keepKeys(root) {
  root.addEventListener("focusin", ({ target }) => {
    target.dataset.lmSuppressShortcuts = "true";
  });
}

/** Say more of a thing to who points at it, and to who only hears. */
function setTip(node, text) {
  if (node.dataset.tip === text) return;
  node.dataset.tip = text;
  node.setAttribute("aria-description", text);
}

/** A text of which people see all when they point at it, should it be cut. */
function setCut(node, text) {
  setText(node, text);
  node.dataset.tip = text;
  node.dataset.whenCut = "";
}

/** Text with an upper-case beginning, as a sentence has it. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function dropdown(attributes, onchange) {
  return create("select", { class: "indinb-select", ...attributes, onchange });
}

/** Give a dropdown these options, unless it has them. */
function setOptions(select, options) {
  const shape = JSON.stringify(options);
  if (select.dataset.shape === shape) return;
  select.dataset.shape = shape;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => create("option", { value }, text)));
  if (options.some(([value]) => String(value) === chosen)) select.value = chosen;
}

/** Keep the children of `parent` one per item and in order; `views` remembers them by key. */
function reconcile(parent, views, items, keyOf, make) {
  const keys = items.map(keyOf);
  for (const key of [...views.keys()].filter((one) => !keys.includes(one))) {
    views.get(key).el.remove();
    views.delete(key);
  }
  items.forEach((item, index) => {
    if (!views.has(keys[index])) views.set(keys[index], make(item));
    const { el, update } = views.get(keys[index]);
    const there = parent.children[index];
    if (there !== el) parent.insertBefore(el, there ?? null);
    update(item);
  });
}

/** The light of a state; the word is there for those who do not see the colour. */
function lightView() {
  const word = span("indinb-hidden");
  const el = span("indinb-light", word);
  function update(state) {
    el.dataset.state = state;
    el.dataset.tip = state;
    setText(word, state);
  }
  return { el, update };
}

// ---- Tabs ------------------------------------------------------------------------------------

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** Tabs `{ name, label, count?, state? }`; update(tabs, selected), where null selects none. */
function tabsView(className, label, choose) {
  const views = new Map();
  const el = create("div", { class: className, role: "tablist", "aria-label": label, onkeydown });

  function onkeydown(event) {
    if (!(event.key in STEPS)) return;
    const tabs = [...el.children];
    const index = tabs.indexOf(event.target) + STEPS[event.key];
    const tab = tabs[Math.min(Math.max(index, 0), tabs.length - 1)];
    event.preventDefault();
    tab.focus();
    tab.click();
  }

  function tabView({ name }) {
    const light = lightView();
    const words = span("indinb-tab-label");
    const count = span("indinb-count");
    const tab = button("indinb-tab", onclick, light.el, words, count);
    tab.setAttribute("role", "tab");
    /** The second of a double click was meant for what lay here before its first moved all. */
    function onclick({ detail }) {
      if (detail < 2) choose(name);
    }
    function update(item) {
      light.el.hidden = !item.state;
      light.update(item.state ?? "");
      setCut(words, item.label);
      tab.dataset.count = item.count ?? "";
      setText(count, tab.dataset.count);
      tab.setAttribute("aria-selected", item.name === item.selected);
      tab.tabIndex = item.selected === null || item.name === item.selected ? 0 : -1;
    }
    return { el: tab, update };
  }

  function update(tabs, selected) {
    const items = tabs.map((tab) => ({ ...tab, selected }));
    reconcile(el, views, items, ({ name }) => name, tabView);
  }
  return { el, update };
}

// ---- The kernel ------------------------------------------------------------------------------

/** Voilà shows a kernel that it does not let be interrupted, and no cells and no stop button. */
const inVoila = () => document.body.dataset.voila !== undefined;

/**
 * Call `onLoss(words)` when a model's kernel is restarted or ends; from then on the model sends
 * nothing. A link that is found again is no loss. Returns what stops that.
 *
 * ipywidgets tells its models only of a restart. That a kernel ends, or is changed for another, is
 * told where the page lets us see it.
 */
function watchKernel(model, onLoss) {
  const ended = model.widget_manager?.kernel?.disposed;
  const again = inVoila() ? "load this page again" : "run your cells again";
  const onRestart = () => lose(`the kernel was restarted: ${again}`);
  const onEnd = () => lose(`the kernel has ended: ${again}`);

  function lose(words) {
    close();
    model.send = model.save_changes = () => {};
    onLoss(words);
  }
  function close() {
    model.off("comm_live_update", onRestart);
    ended?.disconnect(onEnd);
  }
  model.on("comm_live_update", onRestart);
  ended?.connect(onEnd);
  return close;
}

// ---- Tips ------------------------------------------------------------------------------------

const GAP = 6; // pixels between a thing and its tip

const isWhole = (node) => "whenCut" in node.dataset && node.scrollWidth <= node.clientWidth;

/** Show tips in `root`. Not the browser's own, which are white even at night. */
function showTips(root) {
  const tip = create("div", { class: "indinb-tip", popover: "manual", "aria-hidden": "true" });
  let owner = null;
  const follower = new MutationObserver(() => setText(tip, owner.dataset.tip));

  function show({ target }) {
    const found = target.closest("[data-tip]");
    if (found === owner) return;
    hide();
    if (!found?.dataset.tip || isWhole(found) || !tip.showPopover) return;
    owner = found;
    setText(tip, owner.dataset.tip);
    follower.observe(owner, { attributeFilter: ["data-tip"] });
    tip.showPopover();
    place(owner.getBoundingClientRect());
  }
  function place({ left, top, bottom }) {
    const { offsetWidth, offsetHeight } = tip;
    const fits = bottom + GAP + offsetHeight < innerHeight;
    const below = fits && owner.tagName !== "INPUT"; // under a field stands what is wrong with it
    tip.style.left = `${Math.max(GAP, Math.min(left, innerWidth - offsetWidth - GAP))}px`;
    tip.style.top = `${below ? bottom + GAP : top - GAP - offsetHeight}px`;
  }
  function hide() {
    if (owner) tip.hidePopover();
    follower.disconnect();
    owner = null;
  }
  root.append(tip);
  root.addEventListener("pointerover", show);
  root.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && show(event));
  ["pointerleave", "focusout", "pointerdown"].forEach((type) => root.addEventListener(type, hide));
  root.addEventListener("scroll", hide, true);
  root.addEventListener("keydown", hide);
}
