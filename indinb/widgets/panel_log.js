/**
 * The log: what a device, or the server, has said.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
 */

const LEVELS = ["ERROR", "WARNING", "INFO", "DEBUG"]; // from worst to least
const CHOICES = { All: "DEBUG", Warnings: "WARNING", Errors: "ERROR" };

/** How bad a line is, which drivers put in front of it. */
function levelOf({ text }) {
  const level = /^\[([A-Z]+)\]/.exec(text)?.[1];
  return LEVELS.includes(level) ? level : "INFO";
}

function logLineView(tag) {
  const time = create("time", {});
  const text = span("indinb-log-text");
  const el = create(tag, { class: "indinb-log-line" }, time, text);
  function update(message) {
    setText(time, message.time);
    setText(text, message.text);
    el.dataset.level = levelOf(message);
  }
  return { el, update };
}

/** Buttons that choose from which level on lines are shown. */
function levelsView(choose) {
  const buttons = Object.keys(CHOICES).map((label) => {
    const el = button("indinb-switch", () => pick(label), label);
    return { label, el };
  });
  const el = div("indinb-segments", ...buttons.map((one) => one.el));
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Which messages");

  function pick(chosen) {
    buttons.forEach((one) => one.el.setAttribute("aria-pressed", one.label === chosen));
    choose(CHOICES[chosen]);
  }
  pick("All");
  return { el };
}

/** Messages; folded, the last of them and how many have not been read. */
function logView(label) {
  const last = logLineView("span");
  const unread = span("indinb-unread");
  const title = span("indinb-log-title", label);
  const list = create("ol", { class: "indinb-log-list" });
  const scroll = create("div", { class: "indinb-log-scroll", role: "log", tabindex: "0" }, list);
  scroll.setAttribute("aria-label", label);
  const levels = levelsView((level) => {
    list.dataset.from = level;
  });
  const summary = create("summary", {}, title, last.el, unread);
  const el = create("details", { class: "indinb-log", ontoggle: draw }, summary, levels.el, scroll);
  const lines = new Map();
  let messages = [];
  let seen = null; // the last message that was read

  const isSeen = ({ time, text }) => time === seen.time && text === seen.text;

  function draw() {
    if (el.open || seen === null) seen = messages.at(-1) ?? {};
    const news = messages.slice(messages.findLastIndex(isSeen) + 1);
    const worst = Math.min(...news.map((one) => LEVELS.indexOf(levelOf(one))));
    setText(unread, news.length ? `${news.length} new` : "");
    unread.dataset.level = LEVELS[worst] ?? "";
    if (el.open) drawLines();
  }
  function drawLines() {
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 4;
    reconcile(list, lines, messages, (_, index) => index, () => logLineView("li"));
    if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  }
  function update(now) {
    if (now === messages) return;
    messages = now;
    last.update(messages.at(-1) ?? { time: "", text: "No messages yet" });
    draw();
  }
  return { el, update };
}
