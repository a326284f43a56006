/**
 * The log: what devices and the server have said.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
 */

function logLineView(tag) {
  const time = create("time", {});
  const text = span("indinb-log-text");
  const el = create(tag, { class: "indinb-log-line" }, time, text);
  function update(message) {
    setText(time, message.time);
    setText(text, message.text);
    el.dataset.level = /^\[([A-Z]+)\]/.exec(message.text)?.[1] ?? "";
  }
  return { el, update };
}

/** The messages of a device; folded, the last of them and how many have not been read. */
function logView() {
  const last = logLineView("span");
  const unread = span("indinb-unread");
  const title = span("indinb-log-title", "Messages");
  const list = create("ol", { class: "indinb-log-list", role: "log" });
  const summary = create("summary", {}, title, last.el, unread);
  const el = create("details", { class: "indinb-log", ontoggle: draw }, summary, list);
  const lines = new Map();
  let messages = [];
  let seen = null; // the last message that was read

  const isSeen = ({ time, text }) => time === seen.time && text === seen.text;

  function draw() {
    if (el.open || seen === null) seen = messages.at(-1) ?? {};
    const news = messages.length - 1 - messages.findLastIndex(isSeen);
    setText(unread, news > 0 ? `${news} new` : "");
    if (el.open) drawLines();
  }
  function drawLines() {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 4;
    reconcile(list, lines, messages, (_, index) => index, () => logLineView("li"));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
  function update(now) {
    if (now === messages) return;
    messages = now;
    last.update(messages.at(-1) ?? { time: "", text: "No messages yet" });
    draw();
  }
  return { el, update };
}
