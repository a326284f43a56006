/**
 * Night: everything is red and dark, since green and blue light blind eyes that are used to the
 * dark. It is one switch for all of a page, and the browser remembers it.
 *
 * theme.css turns Jupyter's own colours red and dark. A veil over the page takes green and blue
 * from all that has other colours still, such as pictures.
 */

const page = document.documentElement;
const NIGHT = "indinb-night"; // as the browser keeps it
const CHANGED = "indinb-night-changed";

const isNight = () => page.dataset.indinbNight === "on";

function setNight(on) {
  page.dataset.indinbNight = on ? "on" : "off";
  if (on) document.body.append(veil());
  else document.querySelectorAll(".indinb-veil").forEach((one) => one.remove());
  window.dispatchEvent(new Event(CHANGED));
}

function veil() {
  const known = document.querySelector(".indinb-veil");
  return known ?? create("div", { class: "indinb-veil", "aria-hidden": "true" });
}

/** What the browser remembers, unless it may not. */
function remembered() {
  try {
    return localStorage.getItem(NIGHT) === "on";
  } catch {
    return false;
  }
}

function remember(on) {
  try {
    localStorage.setItem(NIGHT, on ? "on" : "off");
  } catch {
    // Then it lasts as long as the page.
  }
}

/** Let a page be as its browser remembers it: the first of our widgets on it does so. */
function restoreNight() {
  if (page.dataset.indinbNight === undefined) setNight(remembered());
}

/** The button with the moon. */
function nightView() {
  const el = button("indinb-night", toggle, span("indinb-moon"));
  el.setAttribute("aria-label", "Night");
  setTip(el, "Night: the whole page in dark red, for eyes used to the dark");

  function toggle() {
    remember(!isNight());
    setNight(!isNight());
  }
  function draw() {
    el.setAttribute("aria-pressed", isNight());
  }
  restoreNight();
  window.addEventListener(CHANGED, draw);
  draw();
  return { el, close: () => window.removeEventListener(CHANGED, draw) };
}
